/**
 * What this device keeps: one small IndexedDB, `wellmet`, with one store, `kv`.
 *
 * Reading never creates the database: a page view alone leaves no trace. A browser that will not keep anything
 * (private window, quota, policy) gives nothing back, and everything stays in memory.
 */

/** Values by key; `undefined` deletes. */
export type Values = Record<string, unknown>;

/** Some browsers never answer after a crash of their storage process. */
const PATIENCE_MS = 2000;

/** Rejects when the browser does not answer in time. */
export const inTime = <T>(work: Promise<T>): Promise<T> =>
  Promise.race([work, new Promise<never>((_, reject) => setTimeout(reject, PATIENCE_MS))]);

/** Opens the database; without `create` and where there is none, there is none afterwards either. */
export const connect = (create?: boolean): Promise<IDBDatabase | undefined> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open("wellmet", 1);
    let absent = false;
    request.onupgradeneeded = () => {
      if (create) request.result.createObjectStore("kv");
      else {
        absent = true;
        request.transaction!.abort();
      }
    };
    request.onerror = (event) => {
      // Unhandled, it would end up in the console.
      event.preventDefault();
      if (absent) resolve(undefined);
      else reject(request.error);
    };
    request.onblocked = reject;
    request.onsuccess = () => resolve(request.result);
  });

/** One transaction: reads `keys`, then writes what `make` makes of them. Resolves once it is durable. */
export const transact = (db: IDBDatabase, keys: string[], make?: (values: Values) => Values): Promise<Values> =>
  new Promise((resolve, reject) => {
    const transaction = db.transaction("kv", make ? "readwrite" : "readonly");
    const kv = transaction.objectStore("kv");
    const values: Values = {};
    let left = keys.length;
    for (const key of keys) {
      const request = kv.get(key);
      request.onsuccess = () => {
        values[key] = request.result;
        if (--left || !make) return;
        try {
          const made = make(values);
          for (const name in made) {
            if (made[name] === undefined) kv.delete(name);
            else kv.put(made[name], name);
          }
        } catch (error) {
          transaction.abort();
          reject(error);
        }
      };
    }
    transaction.oncomplete = () => resolve(values);
    transaction.onabort = transaction.onerror = (event) => {
      event.preventDefault();
      reject(transaction.error);
    };
  });

/** Reads values, once, and lets go. Nothing when there is nothing, or the browser will not say. */
export async function readStore(keys: string[]): Promise<Values> {
  try {
    const db = await inTime(connect());
    if (!db) return {};
    const values = await inTime(transact(db, keys));
    db.close();
    return values;
  } catch {
    return {};
  }
}

/** `localStorage` where the browser allows it. */
export const local = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  /** True when it is kept; `null` removes. */
  set(key: string, value: string | null): boolean {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  },
};
