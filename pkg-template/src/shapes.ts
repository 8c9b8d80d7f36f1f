/**
 * What the engine gives the page: plain data, one interface each.
 *
 * Made from `src/view.rs`; do not edit. `UPDATE_TYPES=1 cargo test -p wellmet --lib typescript` writes it anew.
 */

/** Text, or a number whose meaning the field's name tells: minor units, milliseconds, a count. */
export type Field = string | number;

/** Why something was chosen, or why not. */
export interface Reason {
  /** Stable, for programs. */
  code: string;
  /** A pattern in the page's language such as `Goes with {title} in your cart`; may be empty. */
  text: string;
  /** What the pattern's places stand for. */
  args: Record<string, Field>;
}

/** One recommended article. */
export interface Item {
  id: string;
  title: string;
  link: string;
  image: string;
  category: string;
  /** Minor units of the book's currency. */
  price: number;
  reason: Reason;
}

/** What one slot shows. */
export interface Decision {
  slot: string;
  /** Name of the variant (`data-wm-when`); empty keeps the shop's own content. */
  choice: string;
  fields: Record<string, Field>;
  items: Item[];
  reason: Reason;
  /** What to note once it was in front of her eyes; empty when nothing counts it. */
  exposure: string;
}

/** Her own word, and when she gave it, ms since the epoch. */
export interface Preference {
  name: string;
  value: string;
  at: number;
}

/** All slots of a page, decided in one call. */
export interface Outcome {
  decisions: Decision[];
  /** Chunks of the book that would let more be said: load them, then decide again. */
  needs: string[];
  /** When to decide again, ms since the epoch; 0 is never. */
  until: number;
}

/** One line of the cart. Prices are minor units, read from the book at display. */
export interface CartLine {
  key: string;
  item: string;
  /** Canonical `k=v&k=v`, or empty. */
  options: string;
  quantity: number;
  title?: string;
  image?: string;
  link?: string;
  price?: number;
  /** The price she saw when she added it, where it differs. */
  seenPrice?: number;
  configuration?: string;
  /** The account's quantity and the guest's, when the login left the choice to her. */
  accountQuantity?: number;
  guestQuantity?: number;
}

/** The cart as shown. */
export interface CartView {
  lines: CartLine[];
  /** Put aside: not counted, not ordered. */
  saved: CartLine[];
  count: number;
  /** Minor units; counts the lines whose price is known. */
  total: number;
  currency: string;
  needs: string[];
}

/** One choice within an option group. */
export interface ConfigurationValue {
  id: string;
  label: string;
  /** What it adds, minor units. */
  price: number;
  chosen: boolean;
  /** Why it cannot be chosen now; absent when it can. */
  blocked?: string;
}

/** One question of a configurator. */
export interface ConfigurationGroup {
  id: string;
  label: string;
  values: ConfigurationValue[];
  /** What she wrote, where the group takes free text. */
  text?: string;
  /** Why nothing may be written now, where the group takes free text. */
  blocked?: string;
  /** What another device chose at the same time and had to give way. */
  other?: string;
}

/** One configuration as shown. */
export interface ConfigurationView {
  id: string;
  model: string;
  price: number;
  currency: string;
  groups: ConfigurationGroup[];
  /** Sentences, one for each pair of choices that do not go together. */
  conflicts: string[];
  complete: boolean;
  /** The group that was answered last, on whichever device; empty at first. */
  step: string;
  /** The design as a short code, for a link or a printed sheet. */
  code: string;
  /** Chunks that hold the model, when it is not loaded yet. */
  needs: string[];
}

/** What became of a variant. */
export interface Fate {
  choice: string;
  offer?: string;
  /** Stable, as in a decision's reason; `shown` for the first variant that applied, `later` for those after it, which nobody asked. */
  code: string;
  /** The values seen. Of a condition: `attribute`, `operator`, `wanted` and `seen` of the first clause that failed. */
  args: Record<string, unknown>;
}

/** Why a slot shows what it shows. */
export interface Trace {
  slot: string;
  /** In the shop's order; none for a slot without rules, and for who is held out of it. */
  variants: Fate[];
}
