/** What the book says of articles. */
import type { Item } from "../engine.js";
import type { Scene } from "../wellmet.js";

/**
 * Cards by article number. Nothing while chunks that would bring more are on their way, so that what is shown does not
 * grow under her eyes; each is asked for once (`asked`), and `more` is called when they have come or will not.
 */
export function cardsOf(scene: Scene, ids: string[], asked: Set<string>, more: () => void): Map<string, Item> | undefined {
  const outcome = scene.desk.run((s) => s.articles(ids));
  const needs = (outcome?.needs ?? []).filter((name) => !asked.has(name));
  needs.forEach((name) => asked.add(name));
  if (needs.length) {
    void scene.fetchChunks(needs).then(more);
    return;
  }
  return new Map((outcome?.decisions[0]?.items ?? []).map((item) => [item.id, item]));
}
