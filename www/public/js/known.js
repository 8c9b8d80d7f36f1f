// What the hub knows of a signed-in customer, in the shop's words: her orders, and all of it on request.

import { told } from "./sdk.js";

const day = new Intl.DateTimeFormat("en-US", { dateStyle: "long", timeZone: "UTC" });

function money({ minorUnits, currency }) {
  const format = new Intl.NumberFormat("en-US", { style: "currency", currency });
  return format.format(minorUnits / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** Everything, or null when nobody is signed in or the hub does not answer. */
async function everything() {
  try {
    const answer = await fetch("/wellmet/v1/export", { cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

function fill(template, values) {
  const clone = document.importNode(template.content, true);
  for (const [field, value] of Object.entries(values)) {
    const element = clone.querySelector(`[data-f="${field}"]`);
    element.textContent = value;
    if (field === "title" && values.href) element.href = values.href;
  }
  return clone;
}

function showOrders(place, known) {
  const { latestOrders, orderCount } = known.shopRecord;
  if (latestOrders.length === 0) {
    place.replaceChildren(Object.assign(document.createElement("p"), { textContent: "No orders yet." }));
    return;
  }
  const template = document.querySelector("[data-order-template]");
  const cards = latestOrders.map((order) => {
    const total = order.lines.reduce((sum, line) => sum + line.quantity * line.unitPrice.minorUnits, 0);
    const card = fill(template, {
      date: day.format(new Date(order.placed)),
      id: order.id,
      total: money({ minorUnits: total, currency: known.shopRecord.spent.currency }),
    });
    const lineTemplate = card.querySelector("[data-line-template]");
    for (const line of order.lines) {
      const row = fill(lineTemplate, { title: line.title, quantity: `× ${line.quantity}`, price: money(line.unitPrice) });
      row.querySelector("a").href = `/p/${encodeURIComponent(line.item)}`;
      lineTemplate.before(row);
    }
    return card;
  });
  const sum = document.createElement("p");
  sum.className = "orders-sum";
  sum.textContent = `${orderCount} ${orderCount === 1 ? "order" : "orders"}, ${money(known.shopRecord.spent)} in all.`;
  place.replaceChildren(sum, ...cards);
}

const orders = document.querySelector("[data-orders]");
if (orders) {
  let shown = false;
  const show = async () => {
    const known = await everything();
    if (known) {
      shown = true;
      showOrders(orders, known);
    } else if (!shown) orders.firstElementChild.textContent = "Your orders cannot be shown at the moment.";
  };
  void show();
  told("identity", ({ customer }) => customer && !shown && show());
}

document.querySelector("[data-show-known]")?.addEventListener("click", async (event) => {
  const place = event.target.closest("[data-known]");
  const known = await everything();
  const here = {
    inThisBrowser: { cookies: document.cookie, keys: Object.keys(localStorage).filter((key) => key.startsWith("wm")) },
    atTheShop: known ?? "Nobody is signed in, so there is nothing that could be shown.",
  };
  const text = document.createElement("pre");
  text.tabIndex = 0;
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", "What we know");
  text.textContent = JSON.stringify(here, null, 2);
  place.replaceChildren(text);
  text.focus();
});
