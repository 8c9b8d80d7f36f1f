/** Microdata (`itemscope`, `itemtype`, `itemprop`): the same words as JSON-LD, written into the markup. */
import { all } from "../dom.js";
import type { Tell } from "../events.js";
import { fromNodes } from "./jsonld.js";
import type { Found, Node } from "./product.js";

const DEEPEST = 8;

function valueOf(element: HTMLElement, depth: number): unknown {
  if (element.hasAttribute("itemscope")) return nodeOf(element, depth + 1);
  const content = element.getAttribute("content");
  if (content != null) return content;
  const from = /^(A|AREA|LINK)$/.test(element.tagName)
    ? "href"
    : /^(IMG|SOURCE|VIDEO|AUDIO|EMBED|IFRAME|TRACK)$/.test(element.tagName)
      ? "src"
      : element.tagName === "TIME"
        ? "datetime"
        : /^(DATA|METER)$/.test(element.tagName)
          ? "value"
          : "";
  return (from && element.getAttribute(from)) || element.textContent?.trim().slice(0, 1000);
}

function nodeOf(scope: HTMLElement, depth = 0): Node {
  const node: Node = { "@type": (scope.getAttribute("itemtype") ?? "").split(/\s+/) };
  const id = scope.getAttribute("itemid");
  if (id) node["@id"] = id;
  const parts = [scope, ...(scope.getAttribute("itemref") ?? "").split(/\s+/).filter(Boolean).map((ref) => document.getElementById(ref))];
  for (const part of depth > DEEPEST ? [] : parts) {
    if (!part) continue;
    const props = all("[itemprop]", part);
    if (part !== scope && part.hasAttribute("itemprop")) props.unshift(part);
    for (const element of props) {
      // What lies in an inner scope is that one's.
      const owner = element.parentElement?.closest("[itemscope]");
      if (part.contains(owner ?? null) && owner !== part && owner !== scope) continue;
      for (const name of element.getAttribute("itemprop")!.split(/\s+/)) {
        const value = valueOf(element, depth);
        node[name] = name in node ? [node[name], value].flat() : value;
      }
    }
  }
  return node;
}

/** Reads the document's outermost items. */
export function fromMicrodata(tell: Tell): Found {
  const outer = all("[itemscope][itemtype]").filter((element) => !element.parentElement?.closest("[itemscope][itemprop]") && !element.hasAttribute("itemprop"));
  return outer.length ? fromNodes(outer.map((element) => nodeOf(element)), tell) : { products: [] };
}
