/**
 * The words that elements say of their own accord, in the shopper's language.
 *
 * Looked up in this order: the element's property `texts`; `<script type="application/json" data-wm-texts>` of the
 * page, an object by language and name such as `{"fr": {"cart.remove": "Retirer"}}`; the shop file's texts where the
 * book has them; what the element brings (German and English).
 */
import type { Scene } from "../wellmet.js";

/** Patterns by name, in the message format of the rest (`{n, plural, one {# thing} other {# things}}`). */
export type Words = Record<string, string>;
/** Words by language (BCP 47, lower case). */
export type Vocabulary = Record<string, Words>;

const read = new WeakMap<Element, Vocabulary>();

function pageWords(): Vocabulary {
  const script = document.querySelector("script[data-wm-texts]");
  if (!script) return {};
  let words = read.get(script);
  if (!words) {
    try {
      words = JSON.parse(script.textContent!) as Vocabulary;
    } catch {
      words = {};
    }
    read.set(script, words);
  }
  return words;
}

/** `pt-BR`, `pt`: the language itself, then without its region. */
const tongues = (locale: string): string[] => {
  const tongue = locale.toLowerCase();
  return [tongue, tongue.split("-")[0]!];
};

/** A pattern, and the language it is in where that is not the page's. */
export function lookUp(
  name: string,
  locale: string,
  own: Words | undefined,
  brought: Vocabulary,
  prefix: string,
  scene?: Scene,
): [pattern: string, lang?: string] {
  const word = prefix + "." + name;
  const spoken = (words: Vocabulary, key: string) => tongues(locale).map((tongue) => words[tongue]?.[key]).find((said) => said != null);
  const pattern = own?.[name] ?? spoken(pageWords(), word) ?? scene?.text?.(word) ?? spoken(brought, name);
  return pattern == null ? [brought.en?.[name] ?? "", "en"] : [pattern];
}
