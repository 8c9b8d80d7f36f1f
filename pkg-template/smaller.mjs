import { readFile, writeFile } from "node:fs/promises";
import { minify } from "rolldown/utils";

/**
 * Files of esbuild, minified once more: Oxc's minifier, which Vite brings along, finds four per cent that esbuild leaves.
 *
 * It writes texts in backticks. Bundlers look for the files that a module names in quotes, so those get them back.
 */
export async function smaller(paths) {
  await Promise.all(
    paths.map(async (path) => {
      const { code, errors } = await minify(path, await readFile(path, "utf8"), {
        module: true,
        compress: { target: "es2022" },
        mangle: { toplevel: true },
      });
      if (errors.length) throw new Error(`${path}: ${errors.map(({ message }) => message).join(", ")}`);
      await writeFile(path, code.replace(/\b(import\(|new URL\()`([^`$\\]*)`/g, '$1"$2"'));
    }),
  );
}
