// A department, a shelf, or what a search found.

import { card } from "../cards.mjs";
import { SORTS, paged } from "../catalogue.mjs";
import { html } from "../html.mjs";
import { layout } from "../layout.mjs";

function address(path, values) {
  const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();
  return query ? `${path}?${query}` : path;
}

function pager(path, values, { page, pages }) {
  if (pages === 1) return "";
  const near = [...new Set([1, page - 1, page, page + 1, pages])].filter((n) => n >= 1 && n <= pages);
  const link = (n) => address(path, { ...values, page: n > 1 ? String(n) : "" });
  const parts = [];
  near.forEach((n, index) => {
    if (index > 0 && n - near[index - 1] > 1) parts.push(html`<li aria-hidden="true">…</li>`);
    parts.push(html`<li><a href="${link(n)}"${n === page ? html` aria-current="page"` : ""}><span class="hidden">Page </span>${n}</a></li>`);
  });
  return html`<nav class="pager" aria-label="Pages">
  ${page > 1 ? html`<a class="button quiet" rel="prev" href="${link(page - 1)}">Previous</a>` : ""}
  <ul>${parts}</ul>
  ${page < pages ? html`<a class="button quiet" rel="next" href="${link(page + 1)}">Next</a>` : ""}
</nav>`;
}

function sorting(path, query, sort) {
  return html`<form class="sort" action="${path}">
  ${query ? html`<input type="hidden" name="q" value="${query}">` : ""}
  <label for="sort">Sort by</label>
  <select id="sort" name="sort">${Object.entries(SORTS).map(
    ([value, { label }]) => html`<option value="${value}"${value === sort ? html` selected` : ""}>${label}</option>`,
  )}</select>
  <button class="button quiet" type="submit">Sort</button>
</form>`;
}

function grid(path, values, found) {
  return html`<ul class="grid">${found.products.map((product, index) => card(product, { lazy: index > 3 }))}</ul>
${pager(path, values, found)}`;
}

/** `/c/<slug>` */
export function list(context, shelf, query) {
  const path = `/c/${shelf.slug}`;
  const sort = Object.hasOwn(SORTS, query.get("sort")) ? query.get("sort") : "popular";
  const values = { sort: sort === "popular" ? "" : sort };
  const found = paged(shelf.products, query.get("page"), sort);
  const department = shelf.department ?? shelf;
  return layout(
    { ...context, here: path },
    {
      title: shelf.name,
      style: "list",
      kind: "list",
      category: shelf.department ? `${department.name} > ${shelf.name}` : shelf.name,
      main: html`<nav class="crumbs" aria-label="You are here"><ol><li><a href="/">Home</a></li>${
        shelf.department ? html`<li><a href="/c/${department.slug}">${department.name}</a></li>` : ""
      }<li aria-current="page">${shelf.name}</li></ol></nav>
<div class="list-head"><h1>${shelf.name}</h1><p>${found.total} ${found.total === 1 ? "thing" : "things"}</p></div>
<nav class="shelves" aria-label="Shelves of ${department.name}"><ul>
  ${department.shelves.map(
    (s) => html`<li><a href="/c/${s.slug}"${s === shelf ? html` aria-current="page"` : ""}><img src="/img/${s.slug}.svg" alt="" width="48" height="48" decoding="async">${s.name}</a></li>`,
  )}
</ul></nav>
${sorting(path, "", sort)}
${grid(path, values, found)}`,
    },
  );
}

/** `/search?q=` */
export function search(context, query) {
  const words = (query.get("q") ?? "").slice(0, 100).trim();
  const sort = Object.hasOwn(SORTS, query.get("sort")) ? query.get("sort") : "popular";
  const found = paged(context.catalogue.search(words), query.get("page"), sort);
  const values = { q: words, sort: sort === "popular" ? "" : sort };
  return layout(
    { ...context, query: words },
    {
      title: words ? `Search: ${words}` : "Search",
      style: "list",
      kind: "list",
      main: html`<div class="list-head"><h1>${words ? html`“${words}”` : "What are you looking for?"}</h1>${
        words ? html`<p>${found.total} ${found.total === 1 ? "thing" : "things"}</p>` : ""
      }</div>
${
  found.total > 0
    ? html`${sorting("/search", words, sort)}${grid("/search", values, found)}`
    : html`<p class="empty">${words ? "Nothing has all of these words. Fewer words find more." : "Type a word above: chair, staples, phone."}</p>`
}`,
    },
  );
}
