/** Letting a clerk help: grants, made and taken back. Loaded when a page asks for one. */
import type { Grant } from "./api.js";
import type { Tell } from "./events.js";
import type { Hub } from "./hub.js";

/** The three commands, for whom the page believes to be looking. */
export function clerk(hub: Hub | undefined, as: string, tell: Tell) {
  const ask = async (method: string, path: string, body?: object): Promise<Response | undefined> => {
    const answer = await hub?.ask(method, `v1/grants${path}`, body, { "wellmet-as": as });
    if (answer?.ok) return answer.response;
    tell("WM-GRANT-001", `no grant: ${answer ? answer.code : "there is no hub"}`, answer?.message);
    return;
  };
  return {
    async grant(wish: object): Promise<(Grant & { code: string }) | undefined> {
      const made = (await (await ask("POST", "", wish))?.json()) as { code: string; grant: Grant } | undefined;
      return made && { ...made.grant, code: made.code };
    },
    async grants(): Promise<Grant[]> {
      const list = (await (await ask("GET", ""))?.json()) as { grants: Grant[] } | undefined;
      return list?.grants ?? [];
    },
    revoke: async (id: string): Promise<boolean> => !!(await ask("DELETE", `/${encodeURIComponent(id)}`, {})),
  };
}
