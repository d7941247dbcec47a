export const sharePageStyle = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 1rem; }
  main, nav { max-width: 26rem; margin: 0 auto; }
  main { overflow-wrap: anywhere; }
  h1 { margin: 1rem 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
  p { margin: .5rem 0; }
  ol, ul { padding-inline-start: 1.25rem; }
  [hidden] { display: none !important; }
  #status { margin-top: 1rem; padding: .75rem; border-inline-start: 4px solid #767676; font-weight: 600; }
  main[data-state=scan] #status, main[data-state=connected] #status { border-color: #0b7a3e; }
  main[data-state=broken] #status, main[data-state=lost] #status, main[data-state=trouble] #status,
  main[data-state=offline] #status, main[data-state=gone] #status { border-color: #c62828; }
  #qr { display: block; width: 100%; max-width: 20rem; margin: 1rem auto 0; padding: .75rem; background: #fff;
    border-radius: .5rem; image-rendering: pixelated; }
  #renews { text-align: center; font-variant-numeric: tabular-nums; }
  #code { display: block; margin: .5rem 0; font: 700 1.75rem/1.25 ui-monospace, monospace; letter-spacing: .1em;
    text-align: center; }
  details { margin-top: 1rem; padding: .75rem; border: 1px solid #767676; border-radius: .5rem; }
  summary { min-height: 1.5rem; font-weight: 600; cursor: pointer; }
  label { display: block; margin-top: .75rem; font-weight: 600; }
  input, button { width: 100%; min-height: 2.75rem; padding: .5rem .75rem; font: inherit; border-radius: .375rem; }
  input { border: 1px solid #767676; background: Field; color: FieldText; }
  input[aria-invalid=true] { border: 2px solid #c62828; }
  button { margin-top: 1rem; border: 0; background: #075e54; color: #fff; font-weight: 600; cursor: pointer; }
  button[aria-disabled=true] { background: #595959; cursor: progress; }
  :focus-visible { outline: 3px solid #1a73e8; outline-offset: 2px; }
  .hint { font-size: .875rem; }
  nav { margin-top: 2rem; }
  nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; }
  nav a { display: inline-block; min-height: 1.75rem; color: LinkText; }
  nav a[aria-current] { color: inherit; font-weight: 600; text-decoration: none; }
`;
