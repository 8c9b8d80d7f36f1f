// What every benchmark prints: rows of `{name, ours, peers, ratio, unit}`. `peers` has a figure for each name; the ratio is
// ours to the best of them, or to what the row's name says, and null where there is none.

/** The rows as `--format json` promises them; an aim is for the table only. */
export const json = (rows) => console.log(JSON.stringify(rows.map(({ name, ours, peers, ratio, unit }) => ({ name, ours, peers, ratio, unit })), null, 2));

/** The rows as a table in Markdown, with the aims that rows may have: `{most}` in the row's unit, or `{ratio}`. */
export function table(rows) {
  const show = (figure) => figure.toLocaleString("en", { maximumSignificantDigits: 12 });
  const named = (name) => name.replace(/\b\d{5,}\b/g, (digits) => show(Number(digits)));
  const wanted = (aim, unit) => (aim?.most ? `${show(aim.most)} ${unit}` : aim?.ratio ? `ratio ${aim.ratio}` : "");
  console.log("| Measured | wellmet | peers | ratio | aim |\n| --- | ---: | --- | ---: | ---: |");
  for (const { name, ours, peers, ratio, unit, aim } of rows) {
    const others = Object.entries(peers).map(([peer, value]) => `${peer} ${show(value)}`).join(", ");
    console.log(`| ${named(name)} | ${show(ours)} ${unit} | ${others} | ${ratio ?? ""} | ${wanted(aim, unit)} |`);
  }
}

/** Either of them. */
export const print = (rows, format) => (format === "json" ? json : table)(rows);
