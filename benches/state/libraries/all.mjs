// All libraries, ours first.
import { automerge } from "./automerge.mjs";
import { counter, loro } from "./loro.mjs";
import { tinybase } from "./tinybase.mjs";
import { wellmet } from "./wellmet.mjs";
import { flat, nested } from "./yjs.mjs";

export const ALL = [wellmet, nested, flat, automerge, loro, counter, tinybase];
