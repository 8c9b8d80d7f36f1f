/**
 * The journey's bytes, written again without what she deletes: the engine itself never forgets single things. Loaded
 * when something is deleted.
 */
import { VERSION, type Journey } from "./journey.js";

const utf8 = new TextEncoder();

/** Writes. */
export class Writer {
  readonly #bytes: number[] = [];

  byte(byte: number): this {
    this.#bytes.push(byte);
    return this;
  }

  number(value: number | bigint): this {
    let rest = BigInt(value);
    for (; rest > 127n; rest >>= 7n) this.byte(Number(rest & 127n) | 128);
    return this.byte(Number(rest));
  }

  signed(value: bigint): this {
    return this.number(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
  }

  text(text: string): this {
    const bytes = utf8.encode(text);
    this.number(bytes.length);
    this.#bytes.push(...bytes);
    return this;
  }

  done(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }
}

/** The bytes of a log, with the words that it uses. */
export function writeJourney({ visits, moments, events, shown, assigned }: Journey): Uint8Array {
  const words = new Map([["", 0]]);
  const place = (word: string): number => words.get(word) ?? (words.set(word, words.size), words.size - 1);
  const body = new Writer();
  let last = 0n;
  body.number(events.length);
  for (const { at, kind, item, category } of events) {
    body.signed(at - last);
    last = at;
    for (const word of [kind, item, category]) body.number(place(word));
  }
  body.number(shown.length);
  for (const [at, what] of shown) body.signed(at).number(place(what));
  body.number(assigned.length);
  for (const pair of assigned) for (const word of pair) body.number(place(word));

  const head = new Writer().byte(VERSION).number(visits);
  for (const moment of moments) head.signed(moment);
  head.number(words.size);
  for (const word of words.keys()) head.text(word);
  const [first, second] = [head.done(), body.done()];
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
