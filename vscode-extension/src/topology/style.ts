import { BASE_STYLE } from '../panels/style';

/** Colours of the theme only; states also by stroke and by a word, so that colour is never needed. */
export const TOPOLOGY_STYLE = `${BASE_STYLE}
body { padding: 0; } #page { display: flex; flex-direction: column; height: 100vh; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 8px 14px; border-bottom: 1px solid var(--line); }
h1 { font-size: 1.1em; } header .actions { margin-inline-start: auto; display: flex; gap: 6px; }
.scroll { flex: 1; overflow: auto; outline-offset: -2px; } .empty { padding: 24px; }
svg { display: block; margin: 0 auto; } svg text { fill: var(--vscode-foreground); font-family: var(--vscode-font-family); }
.title { font-size: 13px; font-weight: 600; } .type, .detail, .state, .label text { font-size: 11px; } .detail { font-style: italic; }
svg .type, svg .detail { fill: var(--vscode-descriptionForeground); } svg .label text { font-weight: 600; }
.box { fill: var(--vscode-editorWidget-background); stroke: var(--vscode-contrastBorder, var(--vscode-descriptionForeground)); stroke-width: 1.25; }
.holder > .box { fill: var(--vscode-editor-inactiveSelectionBackground); fill-opacity: .35; } .rule { stroke: var(--vscode-descriptionForeground); opacity: .5; }
.flowable > .box { stroke: var(--vscode-symbolIcon-structForeground, var(--vscode-charts-purple)); stroke-width: 1.75; }
.trigger > .box { stroke: var(--vscode-symbolIcon-eventForeground, var(--vscode-charts-orange)); }
.subflow > .box { stroke: var(--vscode-charts-green); stroke-width: 1.75; } .section > .box { stroke-dasharray: 6 4; }
.disabled > .box, .missing > .box { stroke-dasharray: 3 3; } .disabled > text { opacity: .65; }
.edge { fill: none; stroke: var(--vscode-descriptionForeground); stroke-width: 1.5; } .head { fill: var(--vscode-descriptionForeground); }
.edge.trigger, .edge.errors { stroke-dasharray: 6 4; } .edge.finally, .edge.after { stroke-dasharray: 2 4; }
.edge.errors, .label.errors > .pill { stroke: var(--bad); } .head.errors { fill: var(--bad); } .entry { fill: var(--vscode-descriptionForeground); }
.pill { fill: var(--vscode-editor-background); stroke: var(--vscode-descriptionForeground); }
.node { cursor: pointer; outline: none; } .good > .box { stroke: var(--good); stroke-width: 2; } .bad > .box { stroke: var(--bad); stroke-width: 3; }
.warn > .box { stroke: var(--warn); stroke-width: 2.5; stroke-dasharray: 8 3; } .busy > .box { stroke: var(--busy); stroke-width: 2.5; }
.busy > .box { stroke-dasharray: 10 5; animation: run 1s linear infinite; } @keyframes run { to { stroke-dashoffset: -15; } }
.good > .state { fill: var(--good); } .bad > .state { fill: var(--bad); } .warn > .state { fill: var(--warn); } .busy > .state { fill: var(--busy); }
.ring { fill: none; stroke: none; stroke-width: 2; } .current > .ring { stroke: var(--vscode-editorLineNumber-activeForeground, var(--vscode-foreground)); stroke-dasharray: 1 3; }
.node:focus-visible > .ring { stroke: var(--vscode-focusBorder); stroke-dasharray: none; }
.toggle { cursor: pointer; } .toggle rect { fill: var(--vscode-button-secondaryBackground); stroke: var(--vscode-descriptionForeground); }
.toggle text { fill: var(--vscode-button-secondaryForeground); font-size: 13px; text-anchor: middle; }
@media (forced-colors: active) { .box, .edge, .pill { stroke: CanvasText; } svg text { fill: CanvasText !important; } .node:focus-visible > .ring { stroke: Highlight; } }
`;
