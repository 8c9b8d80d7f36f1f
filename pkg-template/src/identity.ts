/**
 * Who is looking: signing in, out, "not you?", and being forgotten.
 *
 * Signing out makes the page neutral before anything is awaited; what follows at the store and the hub may take
 * its time or fail. Nothing of the account is left on this device, and what is done next belongs to nobody known.
 */
import type { Customer, LoginPolicy } from "./api.js";
import { dropVisitorCookie, randomId, setVisitorCookie, visitorCookie } from "./cookie.js";
import type { Tell } from "./events.js";
import type { Hub } from "./hub.js";
import type { Keeping } from "./keeping.js";
import type { Desk } from "./session.js";
import { dropSnapshot } from "./snapshot.js";

/** A visit ends after half an hour of silence. */
const VISIT_MS = 1_800_000;

export interface IdentityHost {
  desk: Desk;
  keeping: Keeping;
  hub?: Hub | undefined;
  tell: Tell;
  /** The shop's own content everywhere, at once; then what is decided for nobody known. */
  neutral(): void;
  /** Someone is known now. */
  known(customer: Customer): void;
  /** Learns the hub's time, ms since the epoch. */
  clock(hubTime?: number): void;
  /** Forget what was granted. */
  ungrant(): void;
}

/** The subject of a token, unverified: only good for seeing that the one who is signed in is meant. */
export function subjectOf(token: string): string | undefined {
  try {
    return JSON.parse(atob(token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/"))).sub;
  } catch {
    return;
  }
}

export function identities({ desk, keeping, hub, tell, neutral, known, clock, ungrant }: IdentityHost) {
  /** Answers for an earlier identity are dropped. */
  let era = 0;
  let visited = false;

  /** A fresh visitor's id; the cookie only with the purpose. */
  function newVisitor(): void {
    dropVisitorCookie();
    if (desk.personal()) setVisitorCookie(randomId());
  }

  async function leave(atHub: boolean): Promise<void> {
    const mine = ++era;
    visited = false;
    dropSnapshot();
    newVisitor();
    const kept = keeping.leave();
    neutral();
    if (atHub && hub) await hub.logout();
    await kept;
    if (mine === era) await visit();
  }

  async function forget(quietly?: boolean): Promise<void> {
    const mine = ++era;
    visited = false;
    dropSnapshot();
    dropVisitorCookie();
    ungrant();
    const erased = keeping.forget(quietly);
    neutral();
    await erased;
    if (quietly || !hub) return;
    // The wish outlives a dead network for as long as the page does, with longer and longer waits.
    for (let wait = 1000; mine === era && wait < 3_600_000; wait *= 2) {
      const answer = await hub.forget();
      if (answer.ok || (answer.status >= 400 && answer.status < 500)) return;
      tell("WM-FORGET-001", "the hub could not be asked to forget yet; trying again");
      await new Promise((go) => setTimeout(go, wait));
    }
  }

  /**
   * Asks the hub who it sees. Only with the personalization purpose, and once a visit: most page views ask nobody.
   * True when it was asked and answered.
   */
  async function visit(): Promise<boolean> {
    if (!hub || visited || !desk.personal()) return false;
    const visitor = visitorCookie();
    visited = true;
    if (visitor && Math.abs(Date.now() - desk.greeted) < VISIT_MS) return false;
    const mine = era;
    const answer = await hub.visit(visitor);
    if (mine !== era) return false;
    if (!answer.ok) return (visited = false);
    clock(answer.hubTime);
    if (desk.personal()) setVisitorCookie(answer.visitor);
    void keeping.greeted();
    const { customer } = answer;
    const here = desk.customer;
    if (!customer && here) {
      await leave(false);
      return false;
    }
    // Signed in, although this device has lost what it knew of it.
    if (customer && customer.id !== here?.id) {
      const record = await hub.record();
      if (mine === era && record.ok && (await keeping.signedIn(customer, record.bytes))) known(customer);
    }
    return mine === era;
  }

  return {
    leave,
    forget,
    visit,
    visited: () => visited,

    async identify(token: string, policy: LoginPolicy): Promise<boolean> {
      if (!hub) {
        tell("WM-LOGIN-001", "a login needs a hub", 'name it: data-hub="/wellmet"');
        return false;
      }
      const here = desk.customer;
      // Shops say who is signed in on every page; one token an account and device is enough.
      if (here && here.id === subjectOf(token) && (desk.record || (await inform()))) return true;
      if (here) await leave(false);
      const mine = ++era;
      const since = keeping.acts();
      const document = desk.run((s) => s.delta());
      if (!document) return false;
      const answer = await hub.login(String(token), document, policy);
      if (mine !== era) return false;
      if (!answer.ok) {
        tell("WM-LOGIN-002", `the login was refused: ${answer.code}`, answer.message);
        return false;
      }
      clock(answer.hubTime);
      if (!(await keeping.signedIn(answer.customer, answer.record, answer.document, since)) || mine !== era) return false;
      // The snapshot was hers before we knew her.
      dropSnapshot();
      known(answer.customer);
      return true;
    },

    inform,

    /** The hub refused an exchange: someone else is meant than we thought. */
    async refused(status: number): Promise<void> {
      if (status === 410) return forget(true);
      if (desk.customer) {
        if (await inform()) return;
        if (desk.customer) return;
      }
      visited = false;
      desk.greeted = 0;
      await visit();
    },
  };

  /** Fetches her record; false when she turned out to be signed out, or the hub does not answer. */
  async function inform(): Promise<boolean> {
    const mine = era;
    const answer = await hub?.record();
    if (mine !== era || !answer) return false;
    if (answer.ok) keeping.inform(answer.bytes);
    else if (answer.status === 401) await leave(false);
    else if (answer.status === 410) await forget(true);
    return answer.ok;
  }
}
