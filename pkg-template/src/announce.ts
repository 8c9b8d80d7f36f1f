/** The one polite live region, made when there is first something to say. */

/** Says a sentence to screen readers; the last one wins when several come at once, and none comes after `destroy()`. */
export function announcer(): { say(text: string): void; destroy(): void } {
  let host: HTMLElement | undefined;
  let region: HTMLElement;
  let over = false;
  return {
    say(text) {
      if (over) return;
      if (!host) {
        host = document.createElement("div");
        const root = host.attachShadow({ mode: "open" });
        // A constructed sheet passes every content security policy; an inline style would not.
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(":host{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}");
        root.adoptedStyleSheets = [sheet];
        region = document.createElement("p");
        region.setAttribute("role", "status");
        root.append(region);
        document.body.append(host);
      }
      // A region has to be there, and to change, for a change in it to be heard.
      region.textContent = "";
      setTimeout(() => (region.textContent = text), 50);
    },
    destroy() {
      over = true;
      host?.remove();
    },
  };
}
