/** The style of our pages: colours of the theme only, so that dark, light and high contrast look as the user chose. */
export const BASE_STYLE = `
:root { --gap: 8px; --good: var(--vscode-testing-iconPassed, var(--vscode-charts-green)); --bad: var(--vscode-errorForeground);
  --warn: var(--vscode-editorWarning-foreground); --busy: var(--vscode-charts-blue); --idle: var(--vscode-descriptionForeground);
  --line: var(--vscode-panel-border, var(--vscode-contrastBorder, transparent)); --edge: var(--vscode-contrastBorder, transparent); }
* { box-sizing: border-box; }
body { padding: 12px 16px; color: var(--vscode-foreground); font: var(--vscode-font-size) var(--vscode-font-family); line-height: 1.45; }
h1 { font-size: 1.35em; font-weight: 600; margin: 0; } p { margin: 4px 0; }
button, input, select, textarea { font: inherit; color: inherit; }
button { border: 1px solid var(--vscode-button-border, var(--edge)); border-radius: 3px; padding: 3px 11px; cursor: pointer;
  background: var(--vscode-button-secondaryBackground); color: var(--vscode-button-secondaryForeground); }
button.primary { background: var(--vscode-button-background); color: var(--vscode-button-foreground); }
button:disabled { opacity: .5; cursor: default; }
button.link { background: none; border: 0; padding: 0; color: var(--vscode-textLink-foreground); text-align: start; }
button.link:hover { text-decoration: underline; }
:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 1px; }
input:not([type=checkbox]):not([type=radio]), select, textarea { width: 100%; padding: 4px 6px; border-radius: 3px;
  background: var(--vscode-input-background); color: var(--vscode-input-foreground);
  border: 1px solid var(--vscode-input-border, var(--vscode-dropdown-border, var(--line))); }
textarea, code, pre, .mono { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }
.muted { color: var(--vscode-descriptionForeground); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .busy { color: var(--busy); } .idle { color: var(--idle); }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
`;

export const INPUTS_STYLE = `${BASE_STYLE}
form { max-width: 560px; } .field { margin: 16px 0; } label, legend { font-weight: 600; display: block; margin-bottom: 3px; padding: 0; }
fieldset { border: 0; padding: 0; margin: 0; } .choice { font-weight: 400; display: flex; gap: 6px; align-items: center; margin: 2px 0; }
.kind { font-weight: 400; color: var(--vscode-descriptionForeground); margin-inline-start: 6px; font-size: .9em; }
.mistake { color: var(--bad); min-height: 1.4em; } [aria-invalid=true] { border-color: var(--vscode-inputValidation-errorBorder) !important; }
.file { display: flex; gap: 6px; } .file button { white-space: nowrap; } .buttons { display: flex; gap: 8px; margin-top: 20px; }
`;

export const RUN_STYLE = `${BASE_STYLE}
header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; } header .actions { margin-inline-start: auto; display: flex; gap: 6px; }
.badge { border: 1px solid currentColor; border-radius: 10px; padding: 0 9px; font-weight: 600; white-space: nowrap; }
.message { margin: 8px 0; padding: 6px 10px; border-inline-start: 3px solid var(--bad); background: var(--vscode-textBlockQuote-background); white-space: pre-wrap; }
[role=tablist] { display: flex; gap: 2px; margin: 12px 0 10px; border-bottom: 1px solid var(--line); }
[role=tab] { background: none; border: 0; border-bottom: 2px solid transparent; border-radius: 0; padding: 5px 12px; color: var(--vscode-descriptionForeground); }
[role=tab][aria-selected=true] { color: var(--vscode-foreground); border-bottom-color: var(--vscode-focusBorder); }
.rows { display: grid; grid-template-columns: minmax(140px, max-content) 1fr max-content; gap: 3px 12px; align-items: center; }
.rows > .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 38vw; } .rows > .time { text-align: end; font-variant-numeric: tabular-nums; }
.track { position: relative; height: 16px; background: color-mix(in srgb, var(--vscode-foreground) 12%, transparent); border: 1px solid var(--edge); border-radius: 2px; }
.bar { position: absolute; top: 2px; bottom: 2px; min-width: 3px; border-radius: 2px; background: currentColor; border: 1px solid currentColor; }
.wait { position: absolute; top: 7px; height: 1px; background: var(--vscode-descriptionForeground); }
.bar.bad { background: repeating-linear-gradient(45deg, currentColor 0 4px, transparent 4px 7px); }
.bar.warn { background: repeating-linear-gradient(90deg, currentColor 0 3px, transparent 3px 5px); } .bar.idle { background: none; }
.bar.busy { animation: breathe 1.6s ease-in-out infinite; } @keyframes breathe { 50% { opacity: .55; } }
.filters { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 8px; } .filters select, .filters input { width: auto; } .filters input { flex: 1; min-width: 120px; }
.log { display: grid; grid-template-columns: max-content max-content max-content 1fr; gap: 1px 12px; }
.log > * { white-space: pre-wrap; overflow-wrap: anywhere; } .log > button { align-self: start; } .log > .time { color: var(--vscode-descriptionForeground); }
details { margin-inline-start: 14px; } details details { margin-inline-start: 16px; } summary { cursor: pointer; } .leaf { margin-inline-start: 30px; overflow-wrap: anywhere; white-space: pre-wrap; }
.key { color: var(--vscode-symbolIcon-propertyForeground, var(--vscode-textLink-foreground)); }
table { border-collapse: collapse; } th, td { text-align: start; padding: 2px 12px 2px 0; border-bottom: 1px solid var(--line); white-space: pre-wrap; }
.preview { margin: 6px 0 6px 30px; max-height: 320px; overflow: auto; border: 1px solid var(--line); padding: 6px; } .preview pre { margin: 0; }
`;
