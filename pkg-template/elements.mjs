/**
 * The elements' part of the package: one small file for each, what they share in files of its own, the style sheet that
 * reserves their room, and `custom-elements.json` from the tags in their headers.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

/** `import css from "./x.css?inline"` is the sheet as text, made small. */
const inlineCss = {
  name: "inline-css",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.css\?inline$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path.slice(0, -7)), namespace: "css" }));
    onLoad({ filter: /./, namespace: "css" }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true });
      return { contents: `export default ${JSON.stringify(code.trim())}`, loader: "js" };
    });
  },
};

/** Names of the elements without `wm-`, by the files whose header has a `@tag`. */
export async function elementNames(here) {
  const folder = join(here, "src/elements");
  const names = [];
  for (const file of (await readdir(folder)).sort()) {
    if (!/^[a-z]+\.ts$/.test(file)) continue;
    if (/^ \* @tag wm-/m.test(await readFile(join(folder, file), "utf8"))) names.push(file.slice(0, -3));
  }
  return names;
}

/** Builds them into `out`. */
export async function buildElements(common, here, out) {
  const names = await elementNames(here);
  await build({
    ...common,
    entryPoints: ["index", ...names].map((name) => `src/elements/${name}.ts`),
    outdir: join(out, "elements"),
    chunkNames: "[name]-[hash]",
    splitting: true,
    minify: true,
    plugins: [inlineCss],
  });
  await writeFile(join(out, "custom-elements.json"), JSON.stringify(await manifest(here, names), null, 2) + "\n");
  const { code } = await transform(await readFile(join(here, "elements.css"), "utf8"), { loader: "css", minify: true });
  await writeFile(join(out, "elements.css"), code);
}

/** What the header of an element says: `{ tag, summary, description, attributes, slots, events, parts, properties }`. */
export function readHeader(source) {
  const [, comment] = /^\/\*\*\n([^]*?)\n \*\//.exec(source) ?? [];
  if (!comment) return undefined;
  const lines = comment.split("\n").map((line) => line.replace(/^ \* ?/, ""));
  const start = lines.findIndex((line) => line.startsWith("@"));
  const header = { description: lines.slice(0, start).join("\n").trim(), attributes: [], slots: [], events: [], parts: [], properties: [] };
  for (const line of lines.slice(start)) {
    const [, tag, rest] = /^@(\w+)\s+(.*)$/.exec(line) ?? [];
    if (tag === "tag" || tag === "summary") header[tag] = rest;
    else if (tag === "attr") {
      const [, kind, name, description] = /^\{(\w+)\} ([\w-]+) - (.*)$/.exec(rest);
      header.attributes.push({ name, kind, description });
    } else if (tag === "event") {
      const [, kind, name, description] = /^\{(.*)\} (wm-[\w-]+) - (.*)$/.exec(rest);
      header.events.push({ name, kind, description });
    } else if (tag === "slot") {
      const [, name = "", description] = /^(?:([\w-]+) )?- (.*)$/.exec(rest);
      header.slots.push({ name, description });
    } else if (tag === "csspart") {
      const [, name, description] = /^([\w-]+) - (.*)$/.exec(rest);
      header.parts.push({ name, description });
    } else if (tag === "cssproperty") {
      const [, name, , value, description] = /^\[?(--wm-[\w-]+)(=(.*?))?\]? - (.*)$/.exec(rest);
      header.properties.push({ name, description, ...(value && { default: value }) });
    } else throw new Error(`an element's header has an unknown line: ${line}`);
  }
  return header;
}

/** The reference of the elements, as it stands in the package's README. */
export async function reference(here, names) {
  const list = (items, line) => items.map(line).join("<br>");
  const code = (text) => `\`${text}\``;
  const sections = await Promise.all(
    names.map(async (name) => {
      const { tag, description, attributes, slots, events, parts, properties } = readHeader(await readFile(join(here, `src/elements/${name}.ts`), "utf8"));
      const rows = [
        ["Attributes", list(attributes, ({ name, description }) => `${code(name)} ${description}`)],
        ["Slots", list(slots, ({ name, description }) => `${name ? code(name) : "(default)"} ${description}`)],
        ["Events", list(events, ({ name, kind, description }) => `${code(name)} ${description}; ${code(kind.replace(/^CustomEvent<(.*)>$/, "$1").replaceAll(" | ", " or "))}`)],
        ["Parts", parts.map(({ name }) => code(name)).join(", ")],
        ["Properties", list(properties, ({ name, default: value, description }) => `${code(name)}${value ? ` (${value})` : ""} ${description}`)],
      ];
      const table = rows.filter(([, text]) => text).map(([what, text]) => `| ${what} | ${text} |`);
      return `### \`<${tag}>\`\n\n${description}\n\n| | |\n| --- | --- |\n${table.join("\n")}\n`;
    }),
  );
  return sections.join("\n");
}

const MARKS = ["<!-- The elements, from their headers: node pkg-template/elements.mjs -->\n", "<!-- End of the elements -->\n"];

/** The README with the reference as it should be. */
export async function readmeWithReference(here) {
  const [before, after] = MARKS;
  const readme = await readFile(join(here, "README.md"), "utf8");
  const [head, rest] = readme.split(before);
  return head + before + "\n" + (await reference(here, await elementNames(here))) + "\n" + after + rest.split(after)[1];
}

const camel = (name) => name.replace(/-(.)/g, (_, c) => c.toUpperCase());
const CLASS = /export class (\w+) extends WmElement/;

/** The custom elements manifest, schema 2.1.0. */
export async function manifest(here, names) {
  const modules = await Promise.all(
    names.map(async (name) => {
      const source = await readFile(join(here, `src/elements/${name}.ts`), "utf8");
      const { tag, summary, description, attributes, slots, events, parts, properties } = readHeader(source);
      const className = CLASS.exec(source)[1];
      const path = `elements/${name}.js`;
      const text = (kind) => ({ text: kind });
      return {
        kind: "javascript-module",
        path,
        declarations: [
          {
            kind: "class",
            name: className,
            customElement: true,
            tagName: tag,
            summary,
            description,
            superclass: { name: "HTMLElement" },
            attributes: attributes.map(({ name: attribute, kind, description }) => ({
              name: attribute, description, type: text(kind), fieldName: camel(attribute),
            })),
            members: attributes.map(({ name: attribute, kind, description }) => ({
              kind: "field", name: camel(attribute), description, type: text(kind), attribute, reflects: true,
            })),
            events: events.map(({ name: event, kind, description }) => ({ name: event, description, type: text(kind) })),
            slots: slots.map(({ name: slot, description }) => ({ name: slot, description })),
            cssParts: parts,
            cssProperties: properties,
          },
        ],
        exports: [
          { kind: "js", name: className, declaration: { name: className, module: path } },
          { kind: "custom-element-definition", name: tag, declaration: { name: className, module: path } },
        ],
      };
    }),
  );
  return { schemaVersion: "2.1.0", readme: "README.md", modules };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const here = dirname(process.argv[1]);
  await writeFile(join(here, "README.md"), await readmeWithReference(here));
}
