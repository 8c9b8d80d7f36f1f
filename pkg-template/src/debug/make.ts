/** Elements of the overlay. Text is set as text: what it shows comes from pages, books and customers. */

export type Child = Node | string | undefined;

/** An element with attributes and children. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.filter((child): child is Node | string => child != null));
  return element;
}

/** A table with a row of headings. */
export function table(head: string[], rows: Child[][]): HTMLTableElement {
  const row = (tag: "th" | "td", cells: Child[]) => make("tr", {}, ...cells.map((cell) => make(tag, tag === "th" ? { scope: "col" } : {}, cell)));
  return make("table", {}, make("thead", {}, row("th", head)), make("tbody", {}, ...rows.map((cells) => row("td", cells))));
}

/** A table of names and what they stand for. */
export const pairs = (rows: [string, Child][]): HTMLTableElement =>
  make("table", {}, make("tbody", {}, ...rows.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, value ?? "–")))));
