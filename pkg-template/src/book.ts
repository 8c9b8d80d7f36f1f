/**
 * Fetching the book: the core, and chunks when the engine asks for them. A chunk that could not be had is asked for again
 * only when the page says so.
 */
import type { Tell } from "./events.js";

/** Above this an answer is no book; the builder's own limit for a core is far below. */
const LARGEST = 32 << 20;

async function bytesAt(address: URL): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address.pathname}: ${response.status}`);
  if (Number(response.headers.get("content-length")) > LARGEST) throw new Error(`${address.pathname}: too large`);
  return new Uint8Array(await response.arrayBuffer());
}

export type Book = ReturnType<typeof bookAt>;

/** A book in a folder, or with the address of its core file. */
export function bookAt(address: string | URL, tell: Tell) {
  const given = new URL(address, document.baseURI);
  const core = /\.wmb$/.test(given.pathname) ? given : new URL("book.wmb", given.href.replace(/\/?$/, "/"));
  const asked = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    core: () => bytesAt(core),
    /** The chunks of these names that could be had. */
    async chunks(names: string[]): Promise<[name: string, bytes: Uint8Array][]> {
      const all = names
        // A name is a file beside the core and nothing else.
        .filter((name) => /^[\w-][\w.-]*$/.test(name))
        .map(async (name): Promise<[string, Uint8Array | undefined]> => {
          let chunk = asked.get(name);
          if (!chunk) {
            chunk = bytesAt(new URL(name, core)).catch((error) => {
              tell("WM-CHUNK-001", String(error));
              asked.delete(name);
              return undefined;
            });
            asked.set(name, chunk);
          }
          return [name, await chunk];
        });
      return (await Promise.all(all)).filter((one): one is [string, Uint8Array] => !!one[1]);
    },
  };
}
