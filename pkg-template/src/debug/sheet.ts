/** How the overlay looks: a panel at the side, a sheet at the bottom of a phone. */
export const SHEET = `
:host { all: initial }
* { box-sizing: border-box }
[popover], section {
  color-scheme: light dark; position: fixed; inset: auto 0 0 auto; margin: 0; padding: 0; border: 0;
  inline-size: min(30rem, 100%); block-size: 100vh; block-size: 100dvh; overflow: auto; overscroll-behavior: contain;
  font: 13px/1.45 system-ui, sans-serif; color: light-dark(#1d2125, #e8eaed); background: light-dark(#fff, #1d2125);
  box-shadow: 0 0 2rem #0006; text-align: start;
}
@media (max-width: 40rem) { [popover], section { inline-size: 100%; block-size: 55vh; block-size: 55dvh } }
header { position: sticky; inset-block-start: 0; z-index: 1; display: flex; align-items: center; gap: .5rem; padding: .5rem .75rem;
  color: #fff; background: #1f4d46 }
h2 { flex: 1; margin: 0; font-size: 1rem }
details { border-block-end: 1px solid light-dark(#d5d9de, #3b4148); padding: 0 .75rem }
summary { padding: .6rem 0; font-weight: 600; cursor: pointer; min-block-size: 44px; display: flex; align-items: center; gap: .5rem }
summary::before { content: "▸"; transition: transform .15s }
details[open] > summary::before { transform: rotate(90deg) }
@media (prefers-reduced-motion: reduce) { summary::before { transition: none } }
summary small { font-weight: 400; color: light-dark(#52606d, #aab4bf) }
table { inline-size: 100%; border-collapse: collapse; margin-block-end: .75rem }
caption { text-align: start; padding-block: .25rem; font-weight: 600 }
th, td { padding: .25rem .4rem .25rem 0; text-align: start; vertical-align: top; font-weight: 400; overflow-wrap: anywhere }
th { white-space: nowrap }
thead th { color: light-dark(#52606d, #aab4bf) }
tbody tr { border-block-start: 1px solid light-dark(#e8ebee, #30363c) }
code { font: 12px/1.4 ui-monospace, monospace }
p { margin: 0 0 .75rem }
.bad { color: light-dark(#b3261e, #ff9a92) }
button, input { font: inherit; min-block-size: 32px; padding: .2rem .6rem; border: 1px solid light-dark(#7b8794, #8a949e); border-radius: 4px;
  color: inherit; background: light-dark(#f6f7f8, #2a3036) }
header button { color: #fff; background: #163833; border-color: #7fb3a9; min-block-size: 44px; min-inline-size: 44px }
button { cursor: pointer }
:focus-visible { outline: 3px solid light-dark(#0b57d0, #8ab4f8); outline-offset: 2px }
label { display: block; margin-block-end: .5rem }
label input { display: block; inline-size: 100%; margin-block-start: .2rem }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; margin-block-end: .75rem }
form label { flex: 1 1 14rem; margin: 0 }
.slots { block-size: max(16rem, 45vh); overflow: auto }
ol { margin: 0 0 .75rem; padding: 0; list-style: none; block-size: 14rem; overflow: auto }
li { display: grid; grid-template-columns: 5.5rem 1fr; gap: .5rem; padding-block: .25rem; border-block-start: 1px solid light-dark(#e8ebee, #30363c) }
.frame { position: fixed; pointer-events: none; border: 2px solid #d6409f; background: #d6409f22 }
`;
