import type { FlowGraph, FromPage, GraphNode, Place, Range, ToPage } from '../../topology/messages';
import type { TopologyTexts } from '../../topology/texts';
import { data, element, fill, host, page } from '../page';
import { type Drawn, drawn, runText, showStates } from './draw';
import { nextBy } from './keys';
import { placed } from './layout';
import { pngBase64, svgText } from './saving';

const { texts } = data<{ texts: TopologyTexts }>();
const ZOOMS = [0.25, 0.35, 0.5, 0.7, 0.85, 1, 1.25, 1.5, 2, 3];
const LEAST_READABLE = 0.6;
const isStill = matchMedia('(prefers-reduced-motion: reduce)');

const heading = element('h1', {}, '');
const run = element('span', { class: 'muted', role: 'status' });
const scroll = element('div', { class: 'scroll' });
const button = (text: string, sign: string, click: () => void): HTMLButtonElement => element('button', { type: 'button', title: text, 'aria-label': text, click }, sign);
page().append(
  element('header', {}, heading, run, element('div', { class: 'actions' },
    button(texts.zoomOut, '−', () => zoomBy(-1)), button(texts.zoomIn, '+', () => zoomBy(1)), button(texts.fit, texts.fit, fit),
    button(texts.saveSvg, 'SVG', () => save('svg')), button(texts.savePng, 'PNG', () => save('png')))),
  scroll,
  element('p', { class: 'sr', id: 'help' }, texts.help),
);
scroll.setAttribute('aria-describedby', 'help');

let graph: FlowGraph | null = null;
let shape = '';
let shown: Drawn | undefined;
let focused = '';
let cursor: { uri: string; place: Place } | undefined;
let zoom = 1;
let fitted = '';
let turn = 0;

window.addEventListener('message', ({ data: message }: MessageEvent<ToPage>) => {
  if (message.kind === 'graph') void show(message.graph);
  if (message.kind === 'cursor') {
    cursor = message;
    followCursor();
  }
});
scroll.addEventListener('keydown', onKey);
scroll.addEventListener('wheel', (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoomBy(event.deltaY < 0 ? 1 : -1);
}, { passive: false });
tell({ kind: 'ready' });
say();

function tell(message: FromPage): void {
  host.postMessage(message);
}

async function show(next: FlowGraph | null): Promise<void> {
  const number = ++turn;
  graph = next;
  say();
  if (!next) {
    shape = '';
    shown = undefined;
    return;
  }
  // Places of lines move with every edit; the picture does not.
  const nextShape = JSON.stringify([next.uri, next.run !== null, next.edges, next.nodes.map(({ range, selectionRange, ...rest }) => rest)]);
  if (nextShape !== shape) {
    try {
      const picture = await placed(next);
      if (number !== turn) return;
      const hadFocus = scroll.contains(document.activeElement);
      shown = drawn(picture, fill(texts.graph, next.title), texts, { open, toggle });
      shape = nextShape;
      scroll.replaceChildren(shown.root);
      if (next.uri !== fitted) fitWidth(next.uri);
      resize();
      focusable(shown.groups.has(focused) ? focused : (next.nodes[0]?.id ?? ''), hadFocus);
    } catch (error) {
      if (number === turn) scroll.replaceChildren(element('p', { class: 'empty' }, fill(texts.failed, error)));
      return;
    }
  }
  if (shown) showStates(shown, next.states, texts);
  followCursor();
}

function say(): void {
  heading.textContent = graph?.title ?? '';
  run.textContent = graph ? runText(graph.run, texts) : '';
  if (!graph) scroll.replaceChildren(element('p', { class: 'empty' }, texts.nothing));
}

const now = (node: GraphNode): GraphNode => graph?.nodes.find(({ id }) => id === node.id) ?? node;

function open(given: GraphNode): void {
  const node = now(given);
  focusable(node.id, false);
  if (node.document && node.selectionRange) tell({ kind: 'reveal', document: node.document, range: node.selectionRange });
}

function toggle(given: GraphNode): void {
  const node = now(given);
  if (node.expandable) tell({ kind: 'expand', id: node.id, expanded: !node.expanded });
}

function onKey(event: KeyboardEvent): void {
  const node = graph?.nodes.find(({ id }) => id === focused);
  if (!node || !shown) return;
  if (event.key === 'Enter') open(node);
  else if (event.key === ' ') toggle(node);
  else if (event.key === '+' || event.key === '-') zoomBy(event.key === '+' ? 1 : -1);
  else {
    const next = nextBy(event.key, focused, shown.boxes);
    if (next === undefined) return;
    focusable(next, true);
  }
  event.preventDefault();
}

/** The one node that Tab leads to. */
function focusable(id: string, isFocused: boolean): void {
  shown?.groups.get(focused)?.setAttribute('tabindex', '-1');
  focused = id;
  const group = shown?.groups.get(id);
  group?.setAttribute('tabindex', '0');
  if (isFocused) group?.focus();
}

function followCursor(): void {
  if (!graph || !shown || !cursor) return;
  const { uri, place } = cursor;
  const around = graph.nodes.filter((node) => node.document === uri && node.range && holds(node.range, place));
  const current = around.sort((one, other) => lines(other) - lines(one)).at(-1);
  for (const [id, group] of shown.groups) {
    const isCurrent = id === current?.id;
    if (isCurrent && !group.classList.contains('current')) {
      group.querySelector(':scope > .title')?.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: isStill.matches ? 'auto' : 'smooth' });
    }
    group.classList.toggle('current', isCurrent);
    if (isCurrent) group.setAttribute('aria-current', 'location');
    else group.removeAttribute('aria-current');
  }
}

function holds({ start, end }: Range, { line, character }: Place): boolean {
  return (start.line < line || (start.line === line && start.character <= character)) && (line < end.line || (line === end.line && character <= end.character));
}

function lines({ range }: GraphNode): number {
  return range ? range.end.line - range.start.line : Infinity;
}

function resize(): void {
  if (!shown) return;
  const { width, height } = shown.root.viewBox.baseVal;
  shown.root.setAttribute('width', String(width * zoom));
  shown.root.setAttribute('height', String(height * zoom));
}

function zoomBy(steps: number): void {
  const nearest = ZOOMS.reduce((best, each, index) => (Math.abs(each - zoom) < Math.abs((ZOOMS[best] ?? 1) - zoom) ? index : best), 0);
  zoom = ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, nearest + steps))] ?? 1;
  resize();
}

/** A wide flow is seen as a whole when it comes, if it stays readable. */
function fitWidth(uri: string): void {
  fitted = uri;
  const width = shown?.root.viewBox.baseVal.width ?? 0;
  zoom = Math.max(LEAST_READABLE, Math.min(1, (scroll.clientWidth - 20) / Math.max(1, width)));
}

function fit(): void {
  if (!shown) return;
  const { width, height } = shown.root.viewBox.baseVal;
  zoom = Math.min(1.5, (scroll.clientWidth - 4) / width, (scroll.clientHeight - 4) / height);
  resize();
}

function save(format: 'svg' | 'png'): void {
  if (!shown) return;
  const background = getComputedStyle(document.body).backgroundColor;
  tell({ kind: 'save', format, content: format === 'svg' ? svgText(shown.root, background) : pngBase64(shown.root, background) });
}
