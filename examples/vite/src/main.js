import { wellmet } from "wellmet";

wellmet.start({ book: "/book/" });
