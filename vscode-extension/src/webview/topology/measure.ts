/** How large a node has to be for its text, in the font that the page has. */
import type { GraphNode } from '../../topology/messages';

export const NAME = 13;
export const SMALL = 11;
export const SIDE = 14;
const MOST = 240;
const LEAST = 132;
const LEAST_WITH_STATE = 176;

export interface Line { readonly text: string; readonly role: 'title' | 'type' | 'detail'; readonly baseline: number }
export interface Size { readonly width: number; readonly height: number; readonly lines: readonly Line[] }

const context = document.createElement('canvas').getContext('2d');
const family = (): string => getComputedStyle(document.body).fontFamily || 'sans-serif';

export function widthOf(text: string, size: number, isBold = false): number {
  if (!context) return text.length * size * 0.62;
  context.font = `${isBold ? '600 ' : ''}${size}px ${family()}`;
  return context.measureText(text).width;
}

/** The text, cut at its end where it is wider than `most`. */
export function shortened(text: string, size: number, most: number, isBold = false): string {
  if (widthOf(text, size, isBold) <= most) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (widthOf(`${text.slice(0, middle)}…`, size, isBold) <= most) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low).trimEnd()}…`;
}

/** Room for name, type, detail and the line that tells the state. */
export function sizeOf(node: GraphNode, hasState: boolean): Size {
  const said: [string, Line['role'], number][] = [[node.label, 'title', NAME]];
  const type = node.type?.split('.').at(-1);
  if (type && type !== node.label) said.push([type, 'type', SMALL]);
  if (node.detail) said.push([node.detail, 'detail', SMALL]);
  let y = 8;
  let width = (hasState ? LEAST_WITH_STATE : LEAST) - 2 * SIDE;
  const lines = said.map(([text, role, size]): Line => {
    const shown = shortened(text, size, MOST, role === 'title');
    width = Math.max(width, widthOf(shown, size, role === 'title') + (node.expandable ? 28 : 0));
    const height = size === NAME ? 18 : 15;
    y += height;
    return { text: shown, role, baseline: y - height * 0.25 };
  });
  return { width: Math.ceil(width + 2 * SIDE), height: y + 8 + (hasState ? 16 : 0), lines };
}
