/**
 * The customer's record as the hub sent it, read for showing. The bytes are those of `crates/engine/src/record.rs`,
 * version 1; the engine has checked them before. Reading them here costs the engine's file nothing.
 */
import { Reader } from "./wire.js";

const VERSION = 1;

/** One article of an order; the price is of one piece, minor units, as paid. */
export interface OrderLine {
  item: string;
  title: string;
  quantity: number;
  price: number;
}

/** An order that was neither cancelled nor fully returned. `at` is ms since the epoch. */
export interface Order {
  id: string;
  at: number;
  lines: OrderLine[];
}

/** What the shop's books say of her. */
export interface CustomerRecord {
  customer: string;
  name: string;
  traits: [name: string, value: string][];
  orderCount: number;
  spent: number;
  currency: string;
  /** Newest first. */
  orders: Order[];
}

/** Reads a record; nothing for another version or damaged bytes. */
export function readRecord(bytes: Uint8Array | undefined): CustomerRecord | undefined {
  if (!bytes) return;
  try {
    const r = new Reader(bytes);
    if (r.byte() !== VERSION) return;
    const customer = r.text();
    const name = r.text();
    const traits = r.list((): [string, string] => [r.text(), r.text()]);
    const orderCount = r.number();
    const spent = r.signed();
    const currency = String.fromCharCode(r.byte(), r.byte(), r.byte());
    r.signed();
    const line = (): OrderLine => ({ item: r.text(), title: r.text(), quantity: r.number(), price: r.signed() });
    const orders = r.list((): Order => ({ id: r.text(), at: r.signed(), lines: r.list(line) }));
    return { customer, name, traits, orderCount, spent, currency, orders };
  } catch {
    return;
  }
}
