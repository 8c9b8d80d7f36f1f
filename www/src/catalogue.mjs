// The shop's products, read once from the file that `wellmet build --products-out` writes: one JSON
// object a line with id, title, category, subcategory, price_minor, currency, image, link,
// in_stock and popularity (a larger number sells more).

import { readFile } from "node:fs/promises";

const PAGE_SIZE = 24;

/** The ways a list may be sorted, by the value of the `sort` query parameter. */
export const SORTS = {
  popular: { label: "Most ordered", order: (a, b) => b.popularity - a.popularity || byId(a, b) },
  low: { label: "Price, low first", order: (a, b) => a.price - b.price || byId(a, b) },
  high: { label: "Price, high first", order: (a, b) => b.price - a.price || byId(a, b) },
};

function byId(a, b) {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** `Office Supplies` -> `office-supplies` */
export function slug(name) {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function parseRow(line) {
  const row = JSON.parse(line);
  for (const field of ["id", "title", "category", "subcategory", "link"]) {
    if (typeof row[field] !== "string" || row[field] === "") throw new Error(`${field} is missing`);
  }
  if (!Number.isSafeInteger(row.price_minor) || row.price_minor < 0) {
    throw new Error("price_minor is not a whole number of minor units");
  }
  return {
    id: row.id,
    title: row.title,
    category: row.category,
    subcategory: row.subcategory,
    price: row.price_minor,
    currency: row.currency ?? "USD",
    image: row.image || `/img/${slug(row.subcategory)}.svg`,
    link: row.link,
    inStock: row.in_stock !== false,
    popularity: Number(row.popularity) || 0,
  };
}

/** Products with the shelves they stand on. Built from text, so that tests need no file. */
export class Catalogue {
  /** Rows that could not be read: `{ line, problem }`. The others are kept. */
  problems = [];

  constructor(text) {
    this.products = [];
    this.byId = new Map();
    text.split("\n").forEach((line, index) => {
      if (line.trim() === "") return;
      try {
        const product = parseRow(line);
        if (this.byId.has(product.id)) throw new Error(`id ${product.id} is there twice`);
        this.byId.set(product.id, product);
        this.products.push(product);
      } catch (error) {
        this.problems.push({ line: index + 1, problem: error.message });
      }
    });
    this.products.sort(SORTS.popular.order);
    this.departments = departments(this.products);
    this.shelves = new Map();
    for (const department of this.departments) {
      this.shelves.set(department.slug, department);
      for (const shelf of department.shelves) this.shelves.set(shelf.slug, shelf);
    }
  }

  static async open(file) {
    return new Catalogue(await readFile(file, "utf8"));
  }

  /** The most ordered products that can be bought. */
  popular(count, leaveOut = new Set()) {
    return this.products.filter((p) => p.inStock && !leaveOut.has(p.id)).slice(0, count);
  }

  /** The most ordered product of each sub-category, the strongest sub-categories first. */
  oneOfEach(count, leaveOut = new Set()) {
    const seen = new Set();
    const picks = [];
    for (const product of this.products) {
      if (picks.length === count) break;
      if (!product.inStock || leaveOut.has(product.id) || seen.has(product.subcategory)) continue;
      seen.add(product.subcategory);
      picks.push(product);
    }
    return picks;
  }

  /** Others of the same sub-category, nearest in price first. */
  alike(product, count) {
    return this.products
      .filter((p) => p.subcategory === product.subcategory && p.id !== product.id && p.inStock)
      .sort((a, b) => Math.abs(a.price - product.price) - Math.abs(b.price - product.price) || byId(a, b))
      .slice(0, count);
  }

  /** Products whose title holds every word of the query, whatever the case. */
  search(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8);
    if (words.length === 0) return [];
    return this.products.filter((product) => {
      const text = `${product.title} ${product.subcategory} ${product.category}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }
}

function departments(products) {
  const found = new Map();
  for (const product of products) {
    let department = found.get(product.category);
    if (!department) {
      department = { name: product.category, slug: slug(product.category), kind: "department", products: [], shelves: new Map() };
      found.set(product.category, department);
    }
    department.products.push(product);
    let shelf = department.shelves.get(product.subcategory);
    if (!shelf) {
      shelf = { name: product.subcategory, slug: slug(product.subcategory), kind: "shelf", department, products: [] };
      department.shelves.set(product.subcategory, shelf);
    }
    shelf.products.push(product);
  }
  const byName = (a, b) => (a.name < b.name ? -1 : 1);
  for (const department of found.values()) department.shelves = [...department.shelves.values()].sort(byName);
  return [...found.values()].sort(byName);
}

/** One page of a list: `{ products, page, pages, total }`; a page out of range gives the nearest. */
export function paged(products, wanted, sort = "popular") {
  const pages = Math.max(1, Math.ceil(products.length / PAGE_SIZE));
  const page = Math.min(Math.max(1, Number.parseInt(wanted, 10) || 1), pages);
  const order = SORTS[sort]?.order ?? SORTS.popular.order;
  const sorted = [...products].sort(order);
  return { products: sorted.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE), page, pages, total: products.length };
}

const formats = new Map();

/** Minor units as the shop shows them: `$1,234.50`. */
export function money(minor, currency = "USD") {
  let format = formats.get(currency);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { style: "currency", currency });
    formats.set(currency, format);
  }
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}
