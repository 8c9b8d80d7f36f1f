/**
 * The shop's own `<template>`, filled: what is bound in it, what goes into each place, and the nodes made of it.
 *
 * Three steps, so that each can be looked at alone. `plan` turns values into operations: plain data, already
 * formatted and checked, which is also what the snapshot stores. `list` and `make` clone templates and carry
 * operations out, off the document. `patch` carries new operations out on nodes that are already shown, so
 * that a button keeps its focus and an image is not loaded again.
 *
 * Sinks are text and a short list of attributes; no markup is ever parsed.
 */
import { safe, safeSet } from "./address.js";
import type { Field } from "./engine.js";
import { clean, date, money, number, type Voice } from "./text.js";

/** Values for one template: fields, and lists of such values. */
export interface Scope {
  fields: Record<string, Field | undefined>;
  lists?: Record<string, Entry[]>;
}

/** One entry of a list; its key tells it from the others. */
export interface Entry extends Scope {
  key: string;
}

/** What makes one clone of a list's template, in a form that can be stored. */
export interface Row {
  k: string;
  o: Op[];
}

/**
 * One operation: which element of the clone, which attribute (`""` text, `?` shown or not, `*` list), and the
 * value. `null` leaves what the template says.
 */
export type Op = [element: number, sink: string, value: string | boolean | null | Row[]];

/** A clone in use. */
export interface Made {
  nodes: ChildNode[];
  elements: Element[];
  ops: Op[];
}

interface Binding {
  at: number;
  element: Element;
  /** The operation's sink. */
  sink: string;
  /** How the value is made: the part of the attribute's name after `data-wm-`. */
  how: string;
  field: string;
}

const ATTRIBUTES = /^(alt|title|datetime|value|label|lang|aria-(label|description|valuetext))$/;
/** Addresses, and the elements where they are no code. */
const ADDRESSES: Record<string, RegExp> = {
  href: /^(A|AREA)$/,
  src: /^(IMG|SOURCE|VIDEO|AUDIO|TRACK)$/,
  srcset: /^(IMG|SOURCE)$/,
  poster: /^VIDEO$/,
};
const NO_TEXT = /^(SCRIPT|STYLE|IFRAME|NOSCRIPT|OBJECT|TEMPLATE)$/;
const PREFIX = "data-wm-";
const compiled = new WeakMap<HTMLTemplateElement, Binding[]>();

function bindings(template: HTMLTemplateElement): Binding[] {
  let found = compiled.get(template);
  if (found) return found;
  compiled.set(template, (found = []));
  [...template.content.querySelectorAll("*")].forEach((element, at) => {
    for (const { name, value: field } of element.attributes) {
      if (!name.startsWith(PREFIX)) continue;
      const how = name.slice(PREFIX.length);
      const tag = element.tagName.toUpperCase();
      const sink = /^(text|money|date)$/.test(how)
        ? NO_TEXT.test(tag)
          ? undefined
          : ""
        : how === "each"
          ? tag === "TEMPLATE"
            ? "*"
            : undefined
          : how === "if"
            ? "?"
            : ATTRIBUTES.test(how) || ADDRESSES[how]?.test(tag)
              ? how
              : undefined;
      if (sink != null) found.push({ at, element, sink, how, field });
    }
  });
  return found;
}

/** The number in `data-wm-limit`, or no limit. */
export const limitOf = (element: Element): number => {
  const limit = parseInt(element.getAttribute("data-wm-limit") ?? "", 10);
  return limit >= 0 ? limit : Infinity;
};

/** Operations for one clone of `template`. Inner values hide outer ones of the same name. */
export function plan(template: HTMLTemplateElement, scopes: Scope[], voice: Voice): Op[] {
  return bindings(template).map(({ at, element, sink, how, field }): Op => {
    if (sink === "*") {
      return [at, sink, rows(element as HTMLTemplateElement, field, scopes, voice)];
    }
    const scope = scopes.find(({ fields }) => Object.hasOwn(fields, field) && fields[field] != null);
    const value = scope?.fields[field];
    if (sink === "?") {
      return [at, sink, !!value || scopes.some(({ lists }) => !!lists?.[field]?.length)];
    }
    let text: string | undefined;
    if (typeof value === "number") {
      text =
        how === "money"
          ? money(value, voice)
          : how === "date"
            ? date(value, element.getAttribute("data-wm-format") ?? "", voice.locale)
            : how === "datetime"
              ? instant(value)
              : sink
                ? String(value)
                : number(value, voice.locale);
    } else if (typeof value === "string") {
      text = !ADDRESSES[how] ? clean(value) : how === "srcset" ? safeSet(value) : safe(value, how !== "href");
    }
    return [at, sink, text ?? null];
  });
}

const instant = (ms: number): string | undefined => {
  const at = new Date(ms);
  return isNaN(+at) ? undefined : at.toISOString();
};

/** Rows for a list's template: entries beyond its limit and second ones of the same key are left out. */
export function rows(
  template: HTMLTemplateElement,
  name: string,
  scopes: Scope[],
  voice: Voice,
  limit = limitOf(template),
): Row[] {
  const entries = scopes.find(({ lists }) => lists && Object.hasOwn(lists, name))?.lists![name] ?? [];
  const seen = new Set<string>();
  return entries
    .filter(({ key }) => !seen.has(key) && seen.add(key))
    .slice(0, limit)
    .map((entry) => ({ k: entry.key, o: plan(template, [entry, ...scopes], voice) }));
}

/** What a list's template has made, by key. */
const lists = new WeakMap<Node, Map<string, Made>>();
/** The key of the entry that a node was made for. */
const keys = new WeakMap<Node, string>();

/** The key of the list entry that this node belongs to, inside `within`. */
export function keyOf(node: Element | null): string | undefined {
  for (let at: Element | null = node; at; at = at.parentElement) {
    const key = keys.get(at);
    if (key != null) return key;
  }
  return;
}

/** A clone of the template with the operations carried out, not yet in the document. */
export function make(template: HTMLTemplateElement, ops: Op[], key?: string): Made {
  const clone = document.importNode(template.content, true);
  const made: Made = { nodes: [...clone.childNodes], elements: [...clone.querySelectorAll("*")], ops };
  if (key != null) made.nodes.forEach((node) => keys.set(node, key));
  for (const op of ops) if (op[2] !== null) carryOut(made, op);
  return made;
}

function carryOut({ elements }: Made, [at, sink, value]: Op): void {
  const element = elements[at];
  if (!element) return;
  if (sink === "*") list(element as HTMLTemplateElement, value as Row[]);
  else if (sink === "?") (element as HTMLElement).hidden = !value;
  else if (sink) {
    element.setAttribute(sink, value as string);
    // An input that was typed into no longer listens to its attribute.
    if (sink === "value") (element as HTMLInputElement).value = value as string;
  } else element.textContent = value as string;
}

/** Carries new operations out on a clone in use. False when it has to be made anew. */
export function patch(made: Made, ops: Op[]): boolean {
  const was = made.ops;
  if (was.length !== ops.length || ops.some((op, i) => (op[2] === null) !== (was[i]![2] === null))) return false;
  made.ops = ops;
  ops.forEach((op, i) => {
    if (op[1] === "*" || op[2] !== was[i]![2]) carryOut(made, op);
  });
  return true;
}

/** Every node of a clone in document order, with those that lists in it have made. */
export const nodesOf = (made: Made): ChildNode[] =>
  made.nodes.flatMap((node) => [...madeBy(node).flatMap(nodesOf), node]);

const madeBy = (template: Node): Made[] => [...(lists.get(template)?.values() ?? [])];

/** Forgets what a list's template has made. */
export const unlist = (template: Node): boolean => lists.delete(template);

/**
 * Brings a list's nodes, which stand before its template, to `wanted`. Entries that stay keep their nodes, and
 * those in their place are not touched. Returns the nodes in order; with `place` false, placing is the caller's.
 */
export function list(template: HTMLTemplateElement, wanted: Row[], place = true): ChildNode[] {
  const old = lists.get(template) ?? new Map<string, Made>();
  const now = new Map<string, Made>();
  for (const { k, o } of wanted) {
    let made = old.get(k);
    if (made && patch(made, o)) old.delete(k);
    else made = make(template, o, k);
    now.set(k, made);
  }
  lists.set(template, now);
  for (const gone of old.values()) nodesOf(gone).forEach((node) => node.remove());
  const all = [...now.values()].flatMap(nodesOf);
  if (place) {
    let next: ChildNode = template;
    for (let i = all.length; i--; next = all[i]!) {
      if (all[i]!.nextSibling !== next) next.before(all[i]!);
    }
  }
  return all;
}
