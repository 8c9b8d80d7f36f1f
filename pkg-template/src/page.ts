/** What kind of page this is. */
import type { Page } from "./api.js";

/** The page as marked in the document: `<body data-wm-page="product" data-wm-item="…" data-wm-category="…">`. */
export function readPage(): Page {
  const { wmPage: kind = "other", wmItem: item, wmCategory: category } =
    document.querySelector<HTMLElement>("[data-wm-page]")?.dataset ?? {};
  return { kind, ...(item && { item }), ...(category && { category }) };
}
