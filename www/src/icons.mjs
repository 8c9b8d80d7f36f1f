// The few line icons of the shop's controls. Decoration: the control beside them has the words.

import { Html } from "./html.mjs";

const PATHS = {
  bag: '<path d="M6 8h12l1 12H5zM9 8V7a3 3 0 0 1 6 0v1"/>',
  person: '<circle cx="12" cy="8" r="3.5"/><path d="M5 20c.6-4 3.2-6 7-6s6.4 2 7 6"/>',
  search: '<circle cx="11" cy="11" r="6"/><path d="m16 16 4 4"/>',
  arrow: '<path d="M5 12h14m-6-6 6 6-6 6"/>',
  check: '<path d="m5 13 4.5 4.5L19 7.5"/>',
  device: '<rect x="7" y="3" width="10" height="18" rx="2"/><path d="M11 18h2"/>',
  clock: '<circle cx="12" cy="12" r="8.5"/><path d="M12 12v5m0-5-4-1"/>',
  minus: '<path d="M6 12h12"/>',
  plus: '<path d="M6 12h12M12 6v12"/>',
};

/** An inline icon of 24 px that takes the text's colour. */
export function icon(name) {
  return new Html(
    `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${PATHS[name]}</svg>`,
  );
}
