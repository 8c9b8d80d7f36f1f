/** Addresses that may reach an attribute: http(s) and relative ones; mail and telephone for links. */

const LINK = /^(https?|mailto|tel):$/;
const MEDIA = /^https?:$/;

/**
 * The address as given when it is safe there, otherwise nothing. The browser's own parser judges, so that
 * what it would read as `javascript:` (tabs, newlines, capitals, leading blanks) is seen as that.
 */
export function safe(address: string, media: boolean, base = document.baseURI): string | undefined {
  if (address.length > 2048) return;
  try {
    return (media ? MEDIA : LINK).test(new URL(address, base).protocol) ? address : undefined;
  } catch {
    return;
  }
}

/** A `srcset` of which every candidate is safe. */
export function safeSet(set: string, base?: string): string | undefined {
  return set.split(/,\s+/).every((one) => safe(one.trim().split(/\s/)[0]!, true, base)) ? set : undefined;
}
