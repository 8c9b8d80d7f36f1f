// The headers that every page carries. This is the strict policy that wellmet promises to live under:
// one nonce, no host lists, no inline style, no markup from strings.

import { randomBytes } from "node:crypto";

/** A fresh nonce, 128 bits. */
export function freshNonce() {
  return randomBytes(16).toString("base64");
}

/** The policy of a page. `wasm-unsafe-eval` allows compiling WebAssembly and nothing else. */
export function contentSecurityPolicy(nonce) {
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic' 'wasm-unsafe-eval'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

/** Headers of a page. Pages differ by customer, so nobody else may keep them. */
export function pageHeaders(nonce) {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": contentSecurityPolicy(nonce),
    "cache-control": "private, no-cache",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
  };
}
