import { wellmet } from "wellmet";

const status = document.getElementById("status");
const works = await wellmet.start({ book: "/book/" });
status.textContent = works ? "ready" : "default content";
