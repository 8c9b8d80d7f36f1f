/**
 * Writing to the device's store. A handle that failed is dropped and opened again once, since browsers close
 * connections as they please; a write that failed is never reported as kept.
 */
import { connect, inTime, transact, type Values } from "./store.js";

/** The device's store, for writing. */
export interface Store {
  /** Reads and writes in one transaction, so that two tabs cannot overwrite each other. True when it is durable. */
  change(keys: string[], make: (values: Values) => Values): Promise<boolean>;
  /** Deletes values; where there is no database, none is made. */
  remove(keys: string[]): Promise<void>;
  /** Deletes the whole database. */
  erase(): Promise<void>;
  /** Lets go of the handle; the next use opens it again. */
  close(): void;
}

/** Nothing happens before it is used. */
export function openStore(): Store {
  let handle: Promise<IDBDatabase | undefined> | undefined;

  const close = (): void => {
    handle?.then((db) => db?.close()).catch(() => {});
    handle = undefined;
  };

  async function use(keys: string[], make: (values: Values) => Values, create: boolean): Promise<void> {
    handle ??= connect(create);
    const db = await handle;
    if (!db) {
      handle = undefined;
      return create ? use(keys, make, create) : undefined;
    }
    // Another tab wants to delete it, or the browser has closed it.
    db.onversionchange = db.onclose = close;
    await transact(db, keys, make);
  }

  /** Twice: the second time with a new handle. */
  async function attempt(keys: string[], make: (values: Values) => Values, create: boolean): Promise<boolean> {
    for (let tries = 2; tries--; close()) {
      try {
        await inTime(use(keys, make, create));
        return true;
      } catch {
        // Told by the answer.
      }
    }
    return false;
  }

  return {
    change: (keys, make) => attempt(keys, make, true),
    async remove(keys) {
      await attempt(keys, () => Object.fromEntries(keys.map((key) => [key, undefined])), false);
    },
    async erase() {
      close();
      try {
        await inTime(
          new Promise((resolve, reject) => {
            const request = indexedDB.deleteDatabase("wellmet");
            request.onsuccess = resolve;
            // Other tabs let go when they hear of it; the deletion then goes on.
            request.onerror = reject;
          }),
        );
      } catch {
        // There is none where none may be.
      }
    },
    close,
  };
}
