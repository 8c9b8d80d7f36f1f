// Waiting for wellmet, for the few places where the shop wants an answer from it.

const PATIENCE_MS = 6000;

/** The object API once it is there; null when it does not come. Commands given before are queued by it. */
export function sdk() {
  if ("start" in window.wellmet) return Promise.resolve(window.wellmet);
  return new Promise((resolve) => {
    const done = () => resolve("start" in window.wellmet ? window.wellmet : null);
    document.addEventListener("wellmet:ready", done, { once: true });
    setTimeout(done, PATIENCE_MS);
  });
}

/** Calls back with the detail of each event of that name. */
export function told(name, listener) {
  document.addEventListener(`wellmet:${name}`, (event) => listener(event.detail));
}
