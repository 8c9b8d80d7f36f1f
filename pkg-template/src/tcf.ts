/** Consent from a platform that speaks IAB TCF 2.2. */
import type { Consent } from "./api.js";

/** What a TCF platform reports (IAB TCF 2.2, `addEventListener`). */
export interface TcData {
  eventStatus?: string;
  gdprApplies?: boolean;
  listenerId?: number;
  purpose?: { consents?: Record<string, boolean> };
}

/**
 * Purposes from TCF: 1 (store on the device) with 5 and 6 (profiles for content) is personalization, 1 with 8
 * (measure content) is analytics. Nothing while she has not answered, and where the platform says that it does
 * not apply.
 */
export function fromTcf({ eventStatus, gdprApplies, purpose }: TcData): Consent | undefined {
  if (!gdprApplies || !/^(tcloaded|useractioncomplete)$/.test(eventStatus ?? "")) return;
  const has = (...ids: number[]): boolean => ids.every((id) => purpose?.consents?.[id] === true);
  return { personalization: has(1, 5, 6), analytics: has(1, 8) };
}

type Tcf = (command: string, version: number, callback: (data: TcData, ok: boolean) => void, id?: number) => void;

/** Follows the platform on the page, if there is one, until the returned function is called. */
export function followTcf(granted: (consent: Consent) => void): () => void {
  const page = globalThis as typeof globalThis & { __tcfapi?: Tcf };
  let id: number | undefined;
  page.__tcfapi?.("addEventListener", 2, (data, ok) => {
    id = data?.listenerId;
    const consent = ok && fromTcf(data);
    if (consent) granted(consent);
  });
  return () => {
    if (id != null) page.__tcfapi?.("removeEventListener", 2, () => {}, id);
  };
}
