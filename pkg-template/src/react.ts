/**
 * `wellmet/react`: the same page for React, which draws its own elements and so is told what was decided.
 *
 * Thin on purpose: a provider that starts and ends the SDK, a hook for each thing that changes, and a `Slot` that shows
 * the shop's own children until there is something better. On a server, and while hydrating, everything is as if
 * nobody were known, so that both sides draw the same.
 */
import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type ComponentPropsWithoutRef,
  type ElementType,
  type ReactNode,
} from "react";
import type { Customer, StartOptions, Wellmet } from "./api.js";
import { NO_CART } from "./cart.js";
import type { CartView, Decision, Reason } from "./engine.js";
import { money, phrase, type Voice } from "./text.js";

/** What React may read while drawing: values that keep their identity until they change. */
interface Seen {
  cart: CartView;
  customer: Customer | null;
  decisions: Map<string, Decision>;
  listen(changed: () => void): () => void;
}

const seen = new WeakMap<Wellmet, Seen>();

function seenOf(shop: Wellmet): Seen {
  let known = seen.get(shop);
  if (known) return known;
  const listeners = new Set<() => void>();
  let off: (() => void)[] = [];
  const told = (): void => listeners.forEach((changed) => changed());
  const listen = (): void => {
    off = [
      shop.on("cart", ({ cart }) => ((mine.cart = cart), told())),
      shop.on("identity", ({ customer }) => ((mine.customer = customer), told())),
      shop.on("decided", ({ decisions }) => {
        // A cart that was kept is there without having been changed.
        const cart = shop.cart();
        if (JSON.stringify(cart) !== JSON.stringify(mine.cart)) mine.cart = cart;
        // Only what is not as it was is a new value.
        for (const one of decisions) {
          if (JSON.stringify(mine.decisions.get(one.slot)) !== JSON.stringify(one)) mine.decisions.set(one.slot, one);
        }
        told();
      }),
    ];
  };
  const mine: Seen = {
    cart: NO_CART,
    customer: null,
    decisions: new Map(),
    listen(changed) {
      if (!listeners.size) listen();
      listeners.add(changed);
      return () => {
        listeners.delete(changed);
        if (!listeners.size) off.forEach((end) => end());
      };
    },
  };
  seen.set(shop, (known = mine));
  return known;
}

const Shop = createContext<Wellmet | undefined>(undefined);

/** What {@link WellmetProvider} takes. */
export interface WellmetProviderProps {
  /** `import { wellmet } from "wellmet"`, or of another entry. */
  shop: Wellmet;
  /** Read once, when the provider is mounted. */
  options?: StartOptions;
  children?: ReactNode;
}

/** Starts the SDK when it is mounted and undoes everything when it goes. */
export function WellmetProvider({ shop, options, children }: WellmetProviderProps): ReactNode {
  useEffect(() => {
    // Here already, so that nothing told early is missed by hooks that come later.
    const end = seenOf(shop).listen(() => {});
    void shop.start(options);
    return () => {
      end();
      shop.destroy();
    };
  }, [shop]);
  return createElement(Shop.Provider, { value: shop }, children);
}

/**
 * The SDK of this page, for its commands.
 *
 * @throws outside of a {@link WellmetProvider}, with a sentence that says so
 */
export function useWellmet(): Wellmet {
  const shop = useContext(Shop);
  if (!shop) throw new Error("useWellmet: put <WellmetProvider shop={wellmet}> around this component");
  return shop;
}

function useSeen<T>(read: (seen: Seen) => T, onServer: T): T {
  const mine = seenOf(useWellmet());
  return useSyncExternalStore(
    mine.listen,
    () => read(mine),
    () => onServer,
  );
}

/** The cart; empty until it is known. */
export const useCart = (): CartView => useSeen(({ cart }) => cart, NO_CART);

/** Who the page believes is looking. */
export const useCustomer = (): Customer | null => useSeen(({ customer }) => customer, null);

/** What was decided for a slot that is on the page as `data-wm-decide`; {@link Slot} puts it there. */
export const useDecision = (slot: string): Decision | undefined =>
  useSeen<Decision | undefined>(({ decisions }) => decisions.get(slot), undefined);

/** Amounts and reasons in words, in the page's language. */
export interface Words {
  /** Minor units, in the shop's currency unless one is named. */
  money(minor: number, currency?: string): string;
  reason(reason: Reason): string;
}

/** {@link Words} for this page; `locale` defaults to `<html lang>`. */
export function useWords(locale?: string): Words {
  const { currency } = useCart();
  const voice = (): Voice => ({
    locale: locale || (typeof document === "undefined" ? "en" : document.documentElement.lang || navigator.language),
    currency,
  });
  return {
    money: (minor, other) => money(minor, { ...voice(), ...(other && { currency: other }) }),
    reason: ({ text, args }) => phrase(text, args, voice()),
  };
}

/** What {@link Slot} takes, beside the attributes of its element. */
export interface SlotOwnProps<E extends ElementType> {
  /** The slot's name in the shop file. */
  name: string;
  /** The element; default `div`. Give it `min-height` or `aspect-ratio` where it may grow. */
  as?: E;
  /** The shop's own content. */
  children?: ReactNode;
  /** What is shown instead, for a decision that has something to say. */
  render(decision: Decision, words: Words): ReactNode;
}

export type SlotProps<E extends ElementType = "div"> = SlotOwnProps<E> &
  Omit<ComponentPropsWithoutRef<E>, keyof SlotOwnProps<E>>;

/** A place that may change. While the focus is in it, it waits. */
export function Slot<E extends ElementType = "div">({ name, as, children, render, ...rest }: SlotProps<E>): ReactNode {
  const decision = useDecision(name);
  const words = useWords();
  const [shown, show] = useState<Decision>();
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = place.current;
    if (!element?.contains(document.activeElement)) return show(decision);
    const left = (): void => void setTimeout(() => element.contains(document.activeElement) || show(decision));
    element.addEventListener("focusout", left);
    return () => element.removeEventListener("focusout", left);
  }, [decision]);
  const better = shown?.choice ? render(shown, words) : undefined;
  return createElement(as ?? "div", { ...rest, ref: place, "data-wm-decide": name }, better ?? children);
}
