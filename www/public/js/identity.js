// The shop says who is signed in; wellmet believes a signed token and nothing else.

import { sdk, told } from "./sdk.js";

/** Resolves when wellmet has taken the token in, or will not. */
export async function signIn(token) {
  return (await (await sdk())?.identify({ token })) ?? false;
}

/** Resolves when the page is neutral again. */
export async function signOut() {
  await (await sdk())?.logout();
}

/**
 * Keeps wellmet's idea of who is signed in with the shop's: when the shop's own session names a customer
 * that wellmet does not know here, it gets a fresh token. Once a page, so that a refusal is not repeated.
 */
export function agree(post) {
  const wanted = document.body.dataset.customer;
  if (!wanted) return;
  let known = null;
  let asked = false;
  const check = async () => {
    if (asked || known === wanted || document.body.dataset.customer !== wanted) return;
    asked = true;
    const answer = await post("/token", {});
    if (answer && document.body.dataset.customer === wanted) await signIn(answer.token);
  };
  told("identity", ({ customer }) => {
    known = customer?.id ?? null;
    // What led to nobody may be a "not you" whose click is still under way.
    if (!known) setTimeout(check);
  });
  document.addEventListener("wellmet:ready", check, { once: true });
}
