import { wellmet } from "wellmet/inline";

wellmet.start({ book: "/book/" });
