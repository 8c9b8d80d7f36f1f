/**
 * The first-party cookie `wm`: the visitor's random id, by which a second visit is known without a request.
 * Written only with the personalization purpose. The hub's own cookie is HttpOnly and lives longer in Safari.
 */

const NAME = "wm";
/** The longest that browsers keep a cookie: 400 days. */
const AGE_S = 400 * 86_400;

const write = (value: string, age: number): void => {
  try {
    document.cookie = `${NAME}=${value}; Path=/; Max-Age=${age}; SameSite=Lax${location.protocol === "https:" ? "; Secure" : ""}`;
  } catch {
    // Refused in a sandboxed frame.
  }
};

/** The id in the cookie, if there is one of a form that we give out. */
export const visitorCookie = (): string | undefined => {
  try {
    return /(?:^|; )wm=([\w-]{8,64})(?:;|$)/.exec(document.cookie)?.[1];
  } catch {
    return;
  }
};

export const setVisitorCookie = (id: string): void => {
  if (/^[\w-]{8,64}$/.test(id)) write(id, AGE_S);
};

export const dropVisitorCookie = (): void => {
  if (visitorCookie()) write("", 0);
};

/** 128 random bits in hexadecimal. */
export const randomId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
