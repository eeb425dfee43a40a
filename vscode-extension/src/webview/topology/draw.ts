/** Makes the SVG of a picture. Texts are set as text: what a flow says is not trusted. */
import { lookOf, durationText } from '../../runs/states';
import type { GraphNode, TaskState } from '../../topology/messages';
import type { TopologyTexts } from '../../topology/texts';
import { fill } from '../page';
import type { Box, Label, Line, Picture, Point } from './layout';
import { SIDE } from './measure';

export interface Drawn { readonly root: SVGSVGElement; readonly groups: ReadonlyMap<string, SVGGElement>; readonly boxes: ReadonlyMap<string, Box> }
export interface Acts { readonly open: (node: GraphNode) => void; readonly toggle: (node: GraphNode) => void }

const TONES = ['good', 'bad', 'warn', 'busy', 'idle'];
const CORNER = 6;

export function svg<Name extends keyof SVGElementTagNameMap>(
  name: Name, attributes: Readonly<Record<string, string | number>> = {}, ...content: readonly (Node | string)[]
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...content);
  return made;
}

export function drawn(picture: Picture, title: string, texts: TopologyTexts, acts: Acts): Drawn {
  const root = svg('svg', { role: 'group', 'aria-label': title, viewBox: `0 0 ${picture.width} ${picture.height}` });
  root.append(heads());
  const groups = new Map<string, SVGGElement>();
  for (const box of picture.boxes) {
    const group = boxOf(box, texts, acts);
    groups.set(box.node.id, group);
    root.append(group);
  }
  for (const { x, y } of picture.entries) root.append(svg('circle', { class: 'entry', cx: x, cy: y, r: 3 }));
  for (const line of picture.lines) root.append(lineOf(line));
  for (const label of picture.labels) root.append(labelOf(label));
  return { root, groups, boxes: new Map(picture.boxes.map((box) => [box.node.id, box])) };
}

/** Show the states of tasks: by shape, word, stroke and colour. */
export function showStates({ groups, boxes }: Drawn, states: Readonly<Record<string, TaskState>>, texts: TopologyTexts): void {
  for (const [id, group] of groups) {
    const told = states[id];
    const line = group.querySelector('.state');
    const box = boxes.get(id);
    if (!line || !box) continue;
    const look = told && lookOf(told.state);
    group.classList.remove(...TONES);
    if (look) group.classList.add(look.tone);
    const words = told ? [told.state, told.seconds === undefined ? '' : durationText(told.seconds * 1000), (told.runs ?? 1) > 1 ? `×${told.runs}` : ''] : [];
    line.textContent = look ? `${look.glyph} ${words.filter(Boolean).join(' · ')}` : '';
    group.setAttribute('aria-label', [nameOf(box.node, texts), ...words].filter(Boolean).join(', '));
  }
}

export function nameOf(node: GraphNode, texts: TopologyTexts): string {
  const kind = node.kind === 'trigger' ? texts.trigger : node.kind === 'missing' ? texts.missing : '';
  return [node.label, node.type?.split('.').at(-1), node.detail, kind, node.disabled ? texts.disabled : ''].filter(Boolean).join(', ');
}

function boxOf({ node, size, x, y, width, height, holds }: Box, texts: TopologyTexts, acts: Acts): SVGGElement {
  const classes = ['node', node.kind, holds && 'holder', node.disabled && 'disabled'].filter(Boolean).join(' ');
  const radius = node.kind === 'trigger' ? 18 : holds ? 10 : 8;
  const group = svg('g', { class: classes, role: 'button', tabindex: -1, 'aria-label': nameOf(node, texts), 'data-id': node.id });
  group.append(
    svg('title', {}, [node.label, node.type, node.detail].filter(Boolean).join('\n')),
    svg('rect', { class: 'ring', x: x - 4, y: y - 4, width: width + 8, height: height + 8, rx: radius + 3 }),
    svg('rect', { class: 'box', x, y, width, height, rx: radius }),
  );
  if (holds) group.append(svg('path', { class: 'rule', d: `M${x} ${y + size.height} H${x + width}` }));
  for (const { text, role, baseline } of size.lines) group.append(svg('text', { class: role, x: x + SIDE, y: y + baseline }, text));
  group.append(svg('text', { class: 'state', x: x + SIDE, y: y + size.height - 10 }));
  if (node.expandable) group.append(toggleOf(node, x + width - 30, y + 8, texts, acts));
  group.addEventListener('click', () => acts.open(node));
  return group;
}

function toggleOf(node: GraphNode, x: number, y: number, texts: TopologyTexts, acts: Acts): SVGGElement {
  const group = svg('g', { class: 'toggle', 'aria-hidden': 'true' },
    svg('title', {}, node.expanded ? texts.collapse : texts.expand),
    svg('rect', { x, y, width: 20, height: 18, rx: 3 }),
    svg('text', { x: x + 10, y: y + 13.5 }, node.expanded ? '−' : '+'));
  group.addEventListener('click', (event) => {
    event.stopPropagation();
    acts.toggle(node);
  });
  return group;
}

function heads(): SVGDefsElement {
  const looks = { viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' };
  const marker = (kind: string): SVGMarkerElement =>
    svg('marker', { id: `head-${kind}`, ...looks }, svg('path', { class: `head ${kind}`, d: 'M0 0 L8 4 L0 8 Z' }));
  return svg('defs', {}, marker('line'), marker('errors'));
}

function lineOf({ edge, points }: Line): SVGPathElement {
  const head = `url(#head-${edge.kind === 'errors' ? 'errors' : 'line'})`;
  return svg('path', { class: `edge ${edge.kind}`, 'marker-end': head, d: wayOf(points), 'data-source': edge.source, 'data-target': edge.target });
}

/** Straight lines with round corners. */
export function wayOf(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const said = [`M${first.x} ${first.y}`];
  rest.forEach((point, index) => {
    const before = points[index] as Point;
    const after = rest[index + 1];
    if (!after) {
      said.push(`L${point.x} ${point.y}`);
      return;
    }
    const start = towards(point, before);
    const end = towards(point, after);
    said.push(`L${start.x} ${start.y} Q${point.x} ${point.y} ${end.x} ${end.y}`);
  });
  return said.join(' ');
}

function towards(from: Point, to: Point): Point {
  const distance = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const part = Math.min(CORNER, distance / 2) / distance;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function labelOf({ edge, text, x, y, width, height }: Label): SVGGElement {
  return svg('g', { class: `label ${edge.kind}` },
    svg('rect', { class: 'pill', x, y, width, height, rx: 9 }),
    svg('text', { x: x + 7, y: y + 12.5 }, text));
}

export function runText(run: { state: string; live: boolean } | null, texts: TopologyTexts): string {
  if (!run) return texts.notRun;
  return fill(run.live ? texts.running : texts.lastRun, `${lookOf(run.state).glyph} ${run.state}`);
}
