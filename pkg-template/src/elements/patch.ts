/**
 * What an element shows, as plain data, and the step from there to nodes.
 *
 * `h` describes a node; `patch` changes what is there until it is as described. Nodes are used again where tag and key
 * are the same, so that a button keeps its focus, a field what is being written in it, and an image its pixels.
 * Only safe sinks: text is cleaned, addresses are checked, nothing is ever parsed as markup.
 */
import type { Scene } from "../wellmet.js";

/**
 * Attributes by name (`true` is empty, `false`, `null` and `undefined` are absent); `.name` is a property, `on…` a
 * handler, `key` tells siblings of one tag apart.
 */
export type Props = Record<string, unknown>;
/** One node; text and numbers are text, everything falsy but 0 is nothing. */
export type Kid = Leaf | Kid[] | string | number | false | null | undefined;
/** An element as described. */
export interface Leaf {
  tag: string;
  props: Props;
  kids: Kid[];
}

/** Describes an element. */
export const h = (tag: string, props: Props = {}, ...kids: Kid[]): Leaf => ({ tag, props, kids });

const SVG = "http://www.w3.org/2000/svg";
const applied = new WeakMap<Node, Props>();
const ADDRESS = /^(href|src)$/;

/** What makes text and addresses from outside harmless. */
export type Sinks = Pick<Scene["tools"], "clean" | "safe">;

const flat = (kids: Kid[], { clean }: Sinks): (Leaf | string)[] =>
  kids.flat(9 as 1).flatMap((kid) => (kid || kid === 0 ? [typeof kid === "object" ? (kid as Leaf) : clean(String(kid))] : []));

const nameOf = (tag: string, key: unknown): string => tag + "/" + (key ?? "");

function apply(element: Element, props: Props, { safe }: Sinks): void {
  const before = applied.get(element) ?? {};
  for (const name of Object.keys({ ...before, ...props })) {
    const value = props[name];
    if (name === "key") continue;
    if (name[0] === ".") {
      const property = name.slice(1);
      const target = element as unknown as Record<string, unknown>;
      // What she is writing at the moment is hers.
      const writing = before[name] === value && (element.getRootNode() as ShadowRoot).activeElement === element;
      if (!writing && target[property] !== value) target[property] = value;
    } else if (before[name] === value) continue;
    else if (name.startsWith("on")) (element as unknown as Props)[name] = value ?? null;
    else {
      const text = value === true ? "" : value === false || value == null ? null : String(value);
      const kept = text != null && ADDRESS.test(name) ? (safe(text, name === "src") ?? null) : text;
      if (kept == null) element.removeAttribute(name);
      else element.setAttribute(name, kept);
    }
  }
  applied.set(element, props);
}

/** Makes the children of `parent` what `kids` describe. */
export function patch(parent: Element | ShadowRoot, kids: Kid[], sinks: Sinks): void {
  const there = new Map<string, ChildNode[]>();
  for (const node of parent.childNodes) {
    const name = nameOf(node.nodeName.toLowerCase(), applied.get(node)?.key);
    there.set(name, [...(there.get(name) ?? []), node]);
  }
  const svg = (parent as Element).namespaceURI === SVG;
  const nodes = flat(kids, sinks).map((kid) => {
    const leaf = typeof kid === "object" ? kid : undefined;
    const tag = leaf?.tag ?? "#text";
    let node = there.get(nameOf(tag, leaf?.props.key))?.shift();
    if (!leaf) {
      node ??= document.createTextNode("");
      if ((node as Text).data !== kid) (node as Text).data = kid as string;
    } else {
      node ??= svg || tag === "svg" ? document.createElementNS(SVG, tag) : document.createElement(tag);
      apply(node as Element, leaf.props, sinks);
      patch(node as Element, leaf.kids, sinks);
    }
    return node;
  });
  // First away with what is left over: moving a node takes its focus.
  for (const left of there.values()) left.forEach((node) => node.remove());
  nodes.forEach((node, i) => {
    if (parent.childNodes[i] !== node) parent.insertBefore(node, parent.childNodes[i] ?? null);
  });
}
