import { fileURLToPath } from "node:url";

export default {
  mode: "production",
  entry: "./src/main.js",
  output: { path: fileURLToPath(new URL("public/js", import.meta.url)), publicPath: "/js/", clean: true },
  experiments: { outputModule: true },
};
