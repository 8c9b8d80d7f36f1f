/**
 * `wellmet/rules`: targeting on its own, for browsers and for Node. It reads what a shop has already: a GrowthBook
 * features payload as it is, or conditions in the same language, and decides hundreds of them in microseconds. All 517
 * vectors of GrowthBook's SDK specification pass.
 *
 * ```js
 * import { init, Conditions, Rules } from "wellmet/rules";
 * await init();
 * const rules = new Rules(await (await fetch(PAYLOAD)).json());
 * const hers = rules.decide({ id: "anna", country: "DE", orders: 7 });
 * hers.get("free-shipping"); // the feature's value
 * const [regular] = new Conditions([{ orders: { $gte: 3 } }]).hold({ orders: 7 }); // true
 * ```
 */
import { Conditions as Compiled, Rules as Payload } from "./rules-core.js";
import start from "./rules-core.js";
import { starter, type WasmSource } from "./starting.js";

/** A failure with a stable code; nothing has changed. */
export class RulesError extends Error {
  constructor(
    /** `not-ready` before `init`; `no-module` when the wasm file cannot be had; `bad-json` for what JSON does not know; `too-big` beyond 100 levels or 200,000 clauses. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options);
    this.name = "RulesError";
  }
}

/** Anything that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What is known of a shopper: an object that JSON can hold. Names with dots in conditions lead into it. */
export type Attributes = object;

/** Where a value comes from, in GrowthBook's words. */
export type Source = (typeof SOURCES)[number];

const SOURCES = [
  "unknownFeature",
  "defaultValue",
  "force",
  "experiment",
  "override",
  "prerequisite",
  "cyclicPrerequisite",
] as const;

/** What an earlier visit was given, as GrowthBook keeps it. */
export interface StickyDocument {
  attributeName: string;
  attributeValue: string;
  /** Variation key by `experiment__version`. */
  assignments: Record<string, string>;
}

/** What counts besides the attributes. */
export interface Wishes {
  /** The page's address, for experiments that run on some pages and for `?experiment=1`. */
  url?: string;
  /** False: no experiment runs. */
  enabled?: boolean;
  /** Experiments run only where they are forced. */
  qaMode?: boolean;
  forcedVariations?: Record<string, number>;
  forcedFeatures?: Record<string, Json>;
  /** Keep what is given over visits: begin with `[]`, store {@link Rules.sticky}. */
  sticky?: StickyDocument[] | null;
}

/** One answer in full; `experiment` and `experimentResult` are for whoever tracks it. */
export interface Answer {
  value: Json;
  on: boolean;
  off: boolean;
  source: Source;
  /** Id of the rule that decided; may be empty. */
  ruleId: string;
  experiment?: Record<string, Json>;
  experimentResult?: Record<string, Json>;
}

const WHY: Record<string, string> = {
  "bad-json": "give an object that JSON can hold, not deeper than 120 levels",
  "too-big": "a condition has more than 100 levels, or all together have more than 200,000 clauses",
};

/** Runs what may throw a code. */
function heed<T>(work: () => T): T {
  if (!module.ready()) throw new RulesError("not-ready", "await init() first");
  try {
    return work();
  } catch (error) {
    if (typeof error !== "string") throw error;
    const [code, at] = error.split(" ") as [string, string?];
    throw new RulesError(code, (at ? `condition ${at}: ` : "") + (WHY[code] ?? "it failed"));
  }
}

/** As JSON text. What is text already is passed on. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value) ?? "null";
  } catch (cause) {
    throw new RulesError("bad-json", WHY["bad-json"]!, { cause });
  }
}

/** The answers for one shopper, at one moment. */
export class Decisions {
  readonly #rules: Rules;
  readonly #codes: Uint32Array;
  readonly #keys: readonly string[] | undefined;

  /** Made by {@link Rules.decide}. */
  constructor(rules: Rules, codes: Uint32Array, keys?: readonly string[]) {
    this.#rules = rules;
    this.#codes = codes;
    this.#keys = keys;
  }

  #code(key: string): number {
    const at = this.#keys ? this.#keys.indexOf(key) : this.#rules.position(key);
    return this.#codes[at ?? -1] ?? 0;
  }

  /** The feature's value; `fallback` where the payload does not know it or it has none. */
  get<T = Json>(key: string, fallback?: T): T {
    const value = this.#rules.valueOf(this.#code(key), key);
    return (value ?? fallback ?? null) as T;
  }

  /** Whether the value is truthy. */
  on(key: string): boolean {
    return !!this.get(key);
  }

  /** Where the value comes from. */
  source(key: string): Source {
    return SOURCES[this.#code(key) >>> 28]!;
  }

  /** Id of the rule that decided; empty when none did. */
  rule(key: string): string {
    return this.#rules.ruleOf(this.#code(key));
  }

  /** The values, in the order of the keys that were asked for, or of {@link Rules.keys}. */
  values(): Json[] {
    const keys = this.#keys ?? this.#rules.keys;
    const values: Json[] = [];
    // A loop: `Array.from` over typed numbers costs more than the decisions.
    for (let at = 0; at < keys.length; at++) values.push(this.#rules.valueOf(this.#codes[at]!, keys[at]!));
    return values;
  }
}

/** A GrowthBook features payload, compiled. */
export class Rules {
  readonly #core: Payload;
  /** The features' keys. */
  readonly keys: readonly string[];
  readonly #positions: Map<string, number>;
  /** Values and rules' ids in turn. */
  readonly #values: Json[];
  #forced: Record<string, Json> = {};

  /**
   * `payload`: what GrowthBook's API serves, as an object or as its text: `features`, `savedGroups`, `experiments`,
   * `contextualBandits`. What is not known or cannot be used is left out; a condition beyond the limits never holds.
   */
  constructor(payload: object | string) {
    const text = textOf(payload);
    this.#core = heed(() => new Payload(text));
    this.keys = JSON.parse(this.#core.keys()) as string[];
    this.#positions = new Map(this.keys.map((key, at) => [key, at]));
    this.#values = JSON.parse(this.#core.values()) as Json[];
  }

  /** What counts besides the attributes, from now on. */
  wish(wishes: Wishes): void {
    const text = textOf(wishes);
    heed(() => this.#core.wishes(text));
    this.#forced = { ...wishes.forcedFeatures };
  }

  /** Decides all features, or those named, in one go. */
  decide(attributes: Attributes, keys?: readonly string[]): Decisions {
    const text = textOf(attributes);
    return heed(() => {
      // A key that is not known gets a position that is not there.
      const which = keys && Uint32Array.from(keys, (key) => this.#positions.get(key) ?? 0xffffffff);
      return new Decisions(this, this.#core.decide(text, which), keys && [...keys]);
    });
  }

  /** One answer in full. */
  explain(attributes: Attributes, key: string): Answer {
    const text = textOf(attributes);
    return JSON.parse(heed(() => this.#core.explain(text, key))) as Answer;
  }

  /** What has been given, to be kept for the next visit; null unless {@link Wishes.sticky} was. */
  sticky(): StickyDocument[] | null {
    return JSON.parse(this.#core.sticky()) as StickyDocument[] | null;
  }

  /** For {@link Decisions}: the position of a key. */
  position(key: string): number | undefined {
    return this.#positions.get(key);
  }

  /** For {@link Decisions}: the value that a code stands for. */
  valueOf(code: number, key: string): Json {
    const at = code & 0xfffffff;
    if (at) return this.#values[2 * at - 2] as Json;
    return SOURCES[code >>> 28] === "override" ? (this.#forced[key] ?? null) : null;
  }

  /** For {@link Decisions}: the rule that a code stands for. */
  ruleOf(code: number): string {
    const at = code & 0xfffffff;
    return at ? ((this.#values[2 * at - 1] as string | null) ?? "") : "";
  }
}

/** Conditions by themselves, compiled once: `{ "country": { "$in": ["DE", "AT"] }, "orders": { "$gte": 3 } }`. */
export class Conditions {
  readonly #core: Compiled;

  /** `savedGroups`: lists by name, for `$inGroup`. */
  constructor(conditions: readonly object[], savedGroups: Record<string, Json[]> = {}) {
    const [list, groups] = [textOf(conditions), textOf(savedGroups)];
    this.#core = heed(() => new Compiled(list, groups));
  }

  /** Which of them hold for a shopper, in their order. */
  hold(attributes: Attributes): boolean[] {
    const text = textOf(attributes);
    const held = heed(() => this.#core.hold(text));
    const answers: boolean[] = [];
    for (let at = 0; at < held.length; at++) answers.push(held[at] === 1);
    return answers;
  }
}

const module = starter(
  start,
  (cause) =>
    new RulesError("no-module", 'the wasm file cannot be had: init({ wasm: "/path/rules_bg.wasm" })', { cause }),
);

/**
 * Loads the module; needed once, before anything else. A bundler that does not copy `rules_bg.wasm` (esbuild) leaves
 * it to you to say where it is: `init({ wasm: "/path/rules_bg.wasm" })`.
 */
export const init = (options: { wasm?: WasmSource } = {}): Promise<void> => module.init(options);
