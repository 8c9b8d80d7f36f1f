/** Requests to the hub. The page never depends on one: every caller goes on without an answer. */
import { fromBase64, toBase64 } from "./bytes.js";
import type { Customer, LoginPolicy } from "./api.js";

/** A refusal, or no answer (status 0). */
export interface Refusal {
  ok: false;
  status: number;
  code: string;
  message: string;
}

export type Answer<T> = ({ ok: true } & T) | Refusal;

const PATIENCE_MS = 10_000;

/** What is known of her after a login. */
export interface Welcome {
  customer: Customer;
  record: Uint8Array;
  document: Uint8Array;
  hubTime?: number;
}

export type Hub = ReturnType<typeof hubAt>;

/** A hub under a base path such as `/wellmet`, or on another origin that allows this one. */
export function hubAt(base: string) {
  const at = new URL(base.replace(/\/?$/, "/"), document.baseURI);
  const credentials = at.origin === location.origin ? "same-origin" : "include";

  async function ask(
    method: string,
    path: string,
    body?: Uint8Array | object,
    headers: Record<string, string> = {},
  ): Promise<Answer<{ response: Response }>> {
    const binary = body instanceof Uint8Array;
    try {
      const response = await fetch(new URL(path, at), {
        method,
        credentials,
        // What she does last must arrive although the page goes away.
        keepalive: method !== "GET",
        cache: "no-store",
        signal: AbortSignal.timeout?.(PATIENCE_MS) ?? null,
        headers: { "content-type": binary ? "application/octet-stream" : "application/json", ...headers },
        ...(body && { body: binary ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
      });
      if (response.ok) return { ok: true, response };
      const { code = "refused", message = "" } = (await response.json().catch(() => ({}))) as Partial<Refusal>;
      return { ok: false, status: response.status, code, message };
    } catch (error) {
      return { ok: false, status: 0, code: "unreachable", message: String(error) };
    }
  }

  async function json<T>(asked: Promise<Answer<{ response: Response }>>): Promise<Answer<T>> {
    const answer = await asked;
    if (!answer.ok) return answer;
    try {
      return { ok: true, ...((await answer.response.json()) as T) };
    } catch (error) {
      return { ok: false, status: 0, code: "unreadable", message: String(error) };
    }
  }

  async function bytes(asked: Promise<Answer<{ response: Response }>>): Promise<Answer<{ bytes: Uint8Array }>> {
    const answer = await asked;
    if (!answer.ok) return answer;
    try {
      return { ok: true, bytes: new Uint8Array(await answer.response.arrayBuffer()) };
    } catch (error) {
      return { ok: false, status: 0, code: "unreadable", message: String(error) };
    }
  }

  return {
    /** Keeps her recognisable; only with the personalization purpose. */
    visit: (visitor?: string) =>
      json<{ visitor: string; customer: Customer | null; hubTime?: number }>(ask("POST", "v1/visit", { visitor })),

    async login(token: string, document: Uint8Array, policy?: LoginPolicy): Promise<Answer<Welcome>> {
      const answer = await json<{ customer: Customer; record: string; document: string; hubTime?: number }>(
        ask("POST", "v1/login", { token, policy, document: toBase64(document) }),
      );
      if (!answer.ok) return answer;
      try {
        return { ...answer, record: fromBase64(answer.record), document: fromBase64(answer.document) };
      } catch (error) {
        return { ok: false, status: 0, code: "unreadable", message: String(error) };
      }
    },

    /** Something that she says; the answer is the caller's affair. */
    send: (path: string, body: object) => ask("POST", path, body),
    logout: () => ask("POST", "v1/logout", {}),
    forget: () => ask("DELETE", "v1/shopper", {}),
    record: () => bytes(ask("GET", "v1/record")),
    sync: (request: Uint8Array, as: "customer" | "visitor") =>
      bytes(ask("POST", "v1/sync", request, { "wellmet-as": as })),
    ask,
    /** Server-sent events, where the browser allows a stream. */
    stream(path: string) {
      try {
        return new EventSource(new URL(path, at), { withCredentials: credentials === "include" });
      } catch {
        return;
      }
    },
  };
}
