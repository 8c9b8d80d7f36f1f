/** From the engine's decisions to what the slots of this page show. */
import { all } from "./dom.js";
import type { Decision, Item } from "./engine.js";
import type { Tell } from "./events.js";
import { shown, type Shown } from "./slot.js";
import type { Entry, Scope } from "./template.js";
import { phrase, type Voice } from "./text.js";

const entry = ({ reason, ...fields }: Item, voice: Voice): Entry => ({
  key: fields.id,
  fields: { ...fields, reason: phrase(reason.text, reason.args, voice) },
});

/** What a template of this slot can bind: the decision's fields, `reason`, and the list `items`. */
export const scopeOf = ({ fields, items, reason }: Decision, voice: Voice): Scope => ({
  fields: { reason: phrase(reason.text, reason.args, voice), ...fields },
  lists: { items: items.map((item) => entry(item, voice)) },
});

/** All slots in the document, by name; with `data-wm-decide` those that someone else draws (a framework). */
export function slotsOf(): Map<string, HTMLElement[]> {
  const slots = new Map<string, HTMLElement[]>();
  for (const element of all("[data-wm-slot],[data-wm-decide]")) {
    const { wmSlot, wmDecide } = element.dataset;
    const name = wmSlot || wmDecide;
    if (name) slots.set(name, [...(slots.get(name) ?? []), ...(wmSlot ? [element] : [])]);
  }
  return slots;
}

/** Whether a decision stands although chunks are still missing: it says something, and lists no articles. */
export const sure = ({ choice, items }: Decision): boolean => !!choice && !items.length;

/**
 * What each slot shows. While chunks are still missing (`partial`), slots that list articles and slots that have
 * nothing to say yet stay as they are: half a list, and then another one, would be worse than a moment's wait.
 */
export function showing(
  decisions: Decision[],
  slots: Map<string, HTMLElement[]>,
  partial: boolean,
  voice: Voice,
  tell: Tell,
): Map<HTMLElement, Shown | null> {
  const wanted = new Map<HTMLElement, Shown | null>();
  for (const decision of decisions) {
    if (partial && !sure(decision)) continue;
    const scope = scopeOf(decision, voice);
    for (const element of slots.get(decision.slot) ?? []) {
      wanted.set(element, shown(element, decision.choice, scope, voice, tell));
    }
  }
  return wanted;
}
