import type { Session } from "./engine.js";

/** Takes what another device of hers chose for a group at the same time, and had to give way. */
export function takeOther(session: Session, id: string, group: string): void {
  const view = session.configuration(id);
  const other = view?.groups.find((one) => one.id === group)?.other;
  if (other != null) session.configure(view!.model, id, group, other);
}

/** The draft's id: one draft for each model, so that it is the same one on every device of hers. */
export const draftOf = (root: HTMLElement): string => root.dataset.wmConfiguration || root.dataset.wmConfigurator!;
