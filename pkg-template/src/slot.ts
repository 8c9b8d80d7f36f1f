/**
 * The swap: exchanging what a place shows, politely.
 *
 * A place is an element of the shop with `<template>` children. Its own content is kept and comes back when
 * there is nothing to say. What is shown was built off the document and goes in with one call. A place where
 * the focus is waits until it has left; a place that would push other content about on a page already painted
 * keeps what it shows.
 */
import { listen } from "./dom.js";
import type { Tell } from "./events.js";
import { limitOf, list, make, nodesOf, patch, plan, rows } from "./template.js";
import type { Made, Op, Row, Scope } from "./template.js";
import type { Voice } from "./text.js";

/** What a place shows: its n-th template with operations, or a row for each entry. Plain data. */
export type Shown = { t: number; o: Op[]; r?: undefined } | { t: number; r: Row[]; o?: undefined };

interface Place {
  /** The shop's own children, templates among them. */
  own: ChildNode[];
  shown: Shown | null;
  /** What is shown as text, for comparing. */
  text: string;
  made?: Made | undefined;
  /** Its nodes were made by us, not by the stub, and can be changed in place. */
  live?: boolean;
  first?: ChildNode | undefined;
  /** What it would not show because there was no room. */
  refused?: string;
  /** How often someone else has overwritten it. */
  lost: number;
}

/** Ways to show. */
export interface How {
  /** Also where the focus is, and also if things move: she asked for it. */
  now?: boolean;
  /** Also if things move. */
  free?: boolean;
  transition?: boolean;
}

const nameOf = (place: Element): string => place.getAttribute("data-wm-slot") ?? "cart";

const templatesIn = (nodes: Iterable<Node>): HTMLTemplateElement[] =>
  [...nodes].filter((node): node is HTMLTemplateElement => node.nodeName === "TEMPLATE");

/**
 * What `place` shows for a choice: the template with `data-wm-when="<choice>"`, else a row of its `data-wm-each`
 * template for each entry. Nothing when there is neither, or (unless `keep`) no entry.
 */
export function shown(
  place: Element,
  choice: string,
  scope: Scope,
  voice: Voice,
  tell: Tell,
  keep = false,
): Shown | null {
  if (!choice) return null;
  const limit = limitOf(place);
  const cut: Scope = { fields: scope.fields, lists: {} };
  for (const name in scope.lists) cut.lists![name] = scope.lists[name]!.slice(0, limit);
  const templates = templatesIn(place.children);
  let t = templates.findIndex((template) => template.dataset.wmWhen === choice);
  if (t >= 0) return { t, o: plan(templates[t]!, [cut], voice) };
  t = templates.findIndex((template) => template.dataset.wmEach);
  if (t >= 0) {
    const template = templates[t]!;
    const r = rows(template, template.dataset.wmEach!, [cut], voice);
    return r.length || keep ? { t, r } : null;
  }
  // An element draws what was decided for it by itself.
  if (!place.localName.includes("-")) tell("WM-SLOT-001", `${nameOf(place)}: no template for "${choice}"`);
  return null;
}

/** What stands around a place: the edges of what holds it, where its neighbours are. Nothing when out of sight. */
export function surroundings(place: Element): number[] | undefined {
  const parent = place.parentElement;
  const box = place.getBoundingClientRect();
  // Below the fold nobody sees it move; above the window the browser keeps the scroll position.
  if (!parent || !place.getClientRects().length || box.top >= innerHeight || box.bottom <= 0) return;
  const { width, bottom } = parent.getBoundingClientRect();
  const range = document.createRange();
  range.selectNodeContents(parent);
  range.setStartAfter(place);
  const after = range.getBoundingClientRect();
  range.selectNodeContents(parent);
  range.setEndBefore(place);
  const before = range.getBoundingClientRect();
  // What lies below the fold may move, too: a long cart grows a page whose end is out of sight.
  const seen = (y: number): number => Math.min(y, innerHeight);
  return [width, seen(bottom), after.left, seen(after.top), before.left, seen(before.top)];
}

const firstOf = (element: Element): ChildNode | undefined =>
  [...element.childNodes].find(({ nodeName }) => nodeName !== "TEMPLATE");

/** Whether surroundings have moved by more than a pixel. */
export const moved = (before: number[] | undefined, after: number[] | undefined): boolean =>
  !!before && !!after && before.some((value, i) => Math.abs(value - after[i]!) > 1);

/** All places of the page. */
export interface Swap {
  show(wanted: Map<Element, Shown | null>, how?: How): Element[];
  /** Whether a place shows something of ours. */
  shows(place: Element): boolean;
  /** Places whose content someone else has replaced are forgotten; true when there were any. */
  reclaim(): boolean;
  /** Everywhere the shop's own content again, at once. */
  restore(): void;
  destroy(): void;
  /** Runs an exchange that she asked for. */
  around?: (places: Element[], exchange: () => void) => void;
}

/** What the stub has painted from the snapshot: the place, the children it put aside, what it shows. */
export type Painted = [place: Element, own: ChildNode[], shown: Shown];

/** Takes over what the stub has painted. */
export function swapper(tell: Tell, painted: Painted[] = []): Swap {
  const places = new Map<Element, Place>();
  for (const [element, own, shown] of painted) {
    places.set(element, { own, shown, text: JSON.stringify(shown), lost: 0, first: firstOf(element) });
  }
  const waiting = new Map<Element, Shown | null>();
  let lastInput = -1e9;

  const input = (): void => {
    lastInput = performance.now();
  };
  const blurred = (): void => {
    // The focus arrives elsewhere after this event.
    if (waiting.size) setTimeout(() => show(new Map(waiting)));
  };
  const off = [
    listen(document, "pointerdown", input, { capture: true }),
    listen(document, "keydown", input, { capture: true }),
    listen(document, "focusout", blurred),
  ];

  function placeOf(element: Element): Place {
    let place = places.get(element);
    if (!place) {
      place = { own: [], shown: null, text: "null", lost: 0 };
      places.set(element, place);
    }
    return place;
  }

  function apply(element: Element, wanted: Shown | null): void {
    const place = placeOf(element);
    // Until something of ours is shown, its content is the shop's to change.
    if (!place.shown) place.own = [...element.childNodes];
    const same = place.live && place.shown?.t === wanted?.t;
    const templates = templatesIn(place.own);
    const template = wanted && templates[wanted.t];
    if (!wanted || !template) {
      wanted = null;
      element.replaceChildren(...place.own);
    } else if (wanted.o) {
      if (!(same && place.made && patch(place.made, wanted.o))) {
        place.made = make(template, wanted.o);
        element.replaceChildren(...templates, ...nodesOf(place.made));
      }
      place.first = nodesOf(place.made)[0];
    } else {
      const nodes = list(template, wanted.r, !!same);
      if (!same) element.replaceChildren(...templates.flatMap((one) => (one === template ? [...nodes, one] : one)));
      place.first = nodes[0];
    }
    if (!wanted?.o) place.made = undefined;
    if (!wanted) place.first = undefined;
    place.live = !!wanted;
    place.shown = wanted;
    place.text = JSON.stringify(wanted);
  }

  function paint(due: [Element, Shown | null][], free: boolean): void {
    // Before the first paint nothing can move; right after her own act she expects it to.
    if (free || !performance.getEntriesByType("paint").length || performance.now() - lastInput < 500) {
      for (const [element, wanted] of due) apply(element, wanted);
      return;
    }
    const was = due.map(([element]) => places.get(element)?.shown ?? null);
    const before = due.map(([element]) => surroundings(element));
    for (const [element, wanted] of due) apply(element, wanted);
    if (!due.some(([element], i) => moved(before[i], surroundings(element)))) return;
    // Something moved. Undo, and find out which place did it, one after the other.
    due.forEach(([element], i) => apply(element, was[i]!));
    due.forEach(([element, wanted], i) => {
      const here = surroundings(element);
      apply(element, wanted);
      if (!moved(here, surroundings(element))) return;
      apply(element, was[i]!);
      placeOf(element).refused = JSON.stringify(wanted);
      tell("WM-CLS-001", `${nameOf(element)}: no reserved size`);
    });
  }

  function show(wanted: Map<Element, Shown | null>, { now, free = now, transition }: How = {}): Element[] {
    const due: [Element, Shown | null][] = [];
    for (const [element, want] of wanted) {
      waiting.delete(element);
      const place = placeOf(element);
      const text = JSON.stringify(want);
      if (place.text === text || (place.refused === text && !now) || place.lost > 3) continue;
      if (!now && element.contains(document.activeElement)) waiting.set(element, want);
      else due.push([element, want]);
    }
    if (!due.length) return [];
    const elements = due.map(([element]) => element);
    const exchange = (): void => paint(due, !!free);
    const run = (): void => (swap.around && now ? swap.around(elements, exchange) : exchange());
    if (transition && document.startViewTransition && !matchMedia("(prefers-reduced-motion:reduce)").matches) {
      // A transition that is skipped still runs its callback.
      document.startViewTransition(run).finished.catch(() => {});
    } else run();
    return elements;
  }

  const swap: Swap = {
    show,
    shows: (element) => !!places.get(element)?.shown,
    reclaim() {
      let any = false;
      for (const [element, place] of places) {
        if (!element.isConnected) {
          // Kept while a framework may put it back elsewhere; but a page may live for days.
          if (places.size > 200) places.delete(element);
        } else if (place.first && place.first.parentNode !== element) {
          any = true;
          places.delete(element);
          // Two parties that write the same place in turn would never end.
          if ((placeOf(element).lost = place.lost + 1) > 3) {
            tell("WM-LOOP-001", `${nameOf(element)}: written by someone else as well`);
          }
        }
      }
      return any;
    },
    restore() {
      waiting.clear();
      show(new Map([...places].filter(([, { shown }]) => shown).map(([element]) => [element, null])), {
        now: true,
      });
    },
    destroy() {
      swap.restore();
      places.clear();
      off.forEach((end) => end());
    },
  };
  return swap;
}
