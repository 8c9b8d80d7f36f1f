/** Things of the DOM that everything here does all the time. */

/** All elements that match, as an array. */
export const all = <E extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): E[] => [
  ...within.querySelectorAll<E>(selector),
];

/** Listens until the returned function is called. */
export function listen<E extends Event>(
  target: EventTarget,
  type: string,
  heard: (event: E) => void,
  options?: AddEventListenerOptions,
): () => void {
  target.addEventListener(type, heard as EventListener, options);
  return () => target.removeEventListener(type, heard as EventListener, options);
}

/** Whether the browser makes this page ahead of time, and nobody sees it yet. */
export const isAhead = (): boolean => !!(document as { prerendering?: boolean }).prerendering;

/** Calls back once somebody looks: at once, or when a page that was made ahead of time is shown. */
export function whenSeen(seen: () => void): void {
  if (isAhead()) {
    document.addEventListener("prerenderingchange", seen, { once: true });
  } else seen();
}

interface Scheduling {
  scheduler?: { yield?(): Promise<void> };
}

/** Ends the task: clicks and frames that wait come first. Start-up in one piece would block a slow phone. */
export const breathe = (): Promise<void> =>
  (globalThis as Scheduling).scheduler?.yield?.() ?? new Promise((go) => setTimeout(go));
