/** The engine's binary form, `crates/engine/src/wire.rs`: LEB128 numbers, zigzag for signs, texts after their length. */

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads; throws where the bytes end too early. */
export class Reader {
  #at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  byte(): number {
    const byte = this.bytes[this.#at++];
    if (byte == null) throw new RangeError("truncated");
    return byte;
  }

  #raw(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      if (shift > 63n) throw new RangeError("number");
    }
  }

  number(): number {
    return Number(this.#raw());
  }

  /** A signed number, exact as a bigint. */
  big(): bigint {
    const raw = this.#raw();
    return (raw >> 1n) ^ -(raw & 1n);
  }

  signed(): number {
    return Number(this.big());
  }

  text(): string {
    const length = this.number();
    const end = this.#at + length;
    if (end > this.bytes.length) throw new RangeError("truncated");
    const text = utf8.decode(this.bytes.subarray(this.#at, end));
    this.#at = end;
    return text;
  }

  list<T>(one: () => T): T[] {
    const count = this.number();
    if (count > this.bytes.length) throw new RangeError("count");
    return Array.from({ length: count }, one);
  }
}
