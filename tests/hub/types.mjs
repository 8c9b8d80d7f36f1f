// Makes api.d.ts of docs/openapi.json. Not checked in: it says nothing that the document does not.

import { writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const tree = await openapi(new URL("../../docs/openapi.json", import.meta.url));
await writeFile(new URL("api.d.ts", import.meta.url), astToString(tree));
