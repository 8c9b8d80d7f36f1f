/** What the book says of articles. */
import type { Item } from "../engine.js";
import type { Scene } from "../wellmet.js";

/**
 * Cards by article number, as far as they are here. Chunks that would bring more are fetched, each once (`asked`); `more`
 * is called when they have come.
 */
export function cardsOf(scene: Scene, ids: string[], asked: Set<string>, more: () => void): Map<string, Item> {
  const outcome = scene.desk.run((s) => s.articles(ids));
  const needs = (outcome?.needs ?? []).filter((name) => !asked.has(name));
  needs.forEach((name) => asked.add(name));
  if (needs.length) void scene.fetchChunks(needs).then(more);
  return new Map((outcome?.decisions[0]?.items ?? []).map((item) => [item.id, item]));
}
