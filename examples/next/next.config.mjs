import { fileURLToPath } from "node:url";

// The folder that Turbopack takes for the project, also where other lock files lie around it.
export default { turbopack: { root: fileURLToPath(new URL(".", import.meta.url)) } };
