/**
 * The script tag's module: `<script type="module" async src="…/wellmet.js" data-book="…" data-hub="…">`.
 *
 * Takes over the queue that the stub has kept, reads its options from its own tag and starts. A page that wants to
 * start by itself says `data-start="manual"`.
 */
import init, { Session } from "./glue.js";
import type { StartOptions, Wellmet } from "./api.js";
import { loader } from "./engine.js";
import type { Stub } from "./stub.js";
import { create } from "./wellmet.js";

declare const WASM_INTEGRITY: string;

const page = globalThis as unknown as Record<string, Stub | Wellmet | undefined>;
const tag =
  [...document.scripts].find(({ src }) => src === import.meta.url) ??
  document.querySelector<HTMLScriptElement>("script[data-book],script[data-hub]");
const { name = "wellmet", start, hub, wasm, integrity, locale, consent, transition, debug, debugKeys, book, events } = tag?.dataset ?? {};
const stub = page[name] as Stub | undefined;

const given: StartOptions = {
  ...(book != null && { book }),
  ...(events && { events }),
  ...(debugKeys && { debugKeys }),
  ...(hub && { hub }),
  ...(wasm && { wasm }),
  ...(integrity && { integrity }),
  ...(locale && { locale }),
  ...(consent && { consentFrom: consent as "auto" }),
  transition: transition != null,
  debug: debug != null,
};

const wellmet = create(
  loader({ default: init, Session }, () => new URL("wellmet_bg.wasm", import.meta.url), WASM_INTEGRITY || undefined),
  () => import("./living.js"),
  given,
  () => {
    stub?.d?.();
    return stub?.p ?? [];
  },
);

// A second copy leaves the first one its name.
if (!(stub && "start" in stub)) {
  page[name] = wellmet;
  for (const call of stub?.q ?? []) {
    (wellmet as (...call: unknown[]) => unknown)(...Array.from(call));
  }
}
if (start !== "manual") void wellmet.start();
