/** The elements for TypeScript: by tag, their events, and as JSX. */
import type { WmCart } from "./cart.js";
import type { WmConfigurator } from "./configurator.js";
import type { WmContact } from "./contact.js";
import type { WmGreeting } from "./greeting.js";
import type { WmHistory } from "./history.js";
import type { WmMemory } from "./memory.js";
import type { WmMessages } from "./messages.js";
import type { WmOffer } from "./offer.js";
import type { WmPrice } from "./price.js";
import type { WmStock } from "./stock.js";
import type { WmSurvey } from "./survey.js";
import type { WmWhy } from "./why.js";

/** The elements by their tags. */
export interface WellmetTags {
  "wm-cart": WmCart;
  "wm-configurator": WmConfigurator;
  "wm-contact": WmContact;
  "wm-greeting": WmGreeting;
  "wm-history": WmHistory;
  "wm-memory": WmMemory;
  "wm-messages": WmMessages;
  "wm-offer": WmOffer;
  "wm-price": WmPrice;
  "wm-stock": WmStock;
  "wm-survey": WmSurvey;
  "wm-why": WmWhy;
}

/** What a line's events say. */
export interface LineDetail {
  line: string;
  item: string;
  quantity: number;
}

/** What the elements tell the page: bubbling, also out of shadow trees, by name. */
export interface WellmetElementEvents {
  "wm-change": CustomEvent<LineDetail & { was: number }>;
  "wm-remove": CustomEvent<LineDetail>;
  "wm-undo": CustomEvent<LineDetail>;
  "wm-checkout": CustomEvent<{ count: number; total: number; currency: string }>;
  "wm-choose": CustomEvent<{ model: string; group: string; value: string }>;
  "wm-add": CustomEvent<{ model: string; configuration: string; price: number; currency: string }>;
  "wm-contact": CustomEvent<{ channel: "phone" | "mail" | "chat"; name: string }>;
  "wm-buy-again": CustomEvent<{ order: string; items: { item: string; quantity: number }[] }>;
  "wm-correct": CustomEvent<{ fact: string; value: string }>;
  "wm-delete": CustomEvent<{ fact: string }>;
  "wm-not-you": CustomEvent<Record<string, never>>;
  "wm-forget": CustomEvent<Record<string, never>>;
  "wm-end": CustomEvent<{ ends: number }>;
  "wm-extend": CustomEvent<{ ends: number; minutes: number }>;
  "wm-price": CustomEvent<{ amount: number; personal: boolean }>;
  "wm-message": CustomEvent<{ id: string; trigger: string; link: string }>;
  "wm-stock": CustomEvent<{ item: string; state: "in" | "out" | "unknown" }>;
  "wm-answer": CustomEvent<{ survey: string; answer: string; text: string }>;
  "wm-why": CustomEvent<{ slot: string; code: string }>;
}

type Common = {
  id?: string;
  class?: string;
  className?: string;
  slot?: string;
  part?: string;
  lang?: string;
  dir?: string;
  hidden?: boolean;
  key?: string | number | null;
  ref?: unknown;
  children?: unknown;
  texts?: Record<string, string>;
};
type Has<Text extends string, Numbers extends string = never, Flags extends string = never> = Common & {
  [Name in Text]?: string;
} & { [Name in Numbers]?: number | string } & { [Name in Flags]?: boolean };

/**
 * The elements as JSX. React 19 looks into its own namespace:
 * `declare module "react" { namespace JSX { interface IntrinsicElements extends WellmetElements {} } }`.
 */
export interface WellmetElements {
  "wm-cart": Has<"checkout-href", "max">;
  "wm-configurator": Has<"model" | "configuration">;
  "wm-contact": Has<"name" | "job" | "image" | "phone" | "mail" | "chat" | "hours" | "zone"> & {
    contact?: WmContact["contact"];
  };
  "wm-history": Has<"order-href", "limit">;
  "wm-memory": Has<"correct-href", "limit">;
  "wm-messages": Has<never, "limit">;
  "wm-stock": Has<"item" | "places", "few">;
  "wm-greeting": Has<never, never, "not-you">;
  "wm-offer": Has<"ends" | "starts" | "essential" | "headline" | "text" | "code", "extend">;
  "wm-price": Has<"currency" | "announced" | "law", "amount" | "was" | "prior", "personal">;
  "wm-survey": Has<"name" | "question" | "answer" | "choices" | "token">;
  "wm-why": Has<"for" | "memory-href">;
}

declare global {
  interface HTMLElementTagNameMap extends WellmetTags {}
  interface GlobalEventHandlersEventMap extends WellmetElementEvents {}
  namespace JSX {
    interface IntrinsicElements extends WellmetElements {}
  }
}
