/** Moving between nodes with the arrow keys: to the nearest in that direction. */
import type { Box } from './layout';

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0],
};

/** The node to go to from one by a key; undefined where the key means nothing or there is none. */
export function nextBy(key: string, from: string, boxes: ReadonlyMap<string, Box>): string | undefined {
  const ids = [...boxes.keys()];
  if (key === 'Home') return ids[0];
  if (key === 'End') return ids.at(-1);
  const direction = DIRECTIONS[key];
  const start = boxes.get(from);
  if (!direction || !start) return undefined;
  const [x, y] = middleOf(start);
  let best: string | undefined;
  let nearest = Infinity;
  for (const [id, box] of boxes) {
    const [otherX, otherY] = middleOf(box);
    const along = (otherX - x) * direction[0] + (otherY - y) * direction[1];
    const aside = Math.abs((otherX - x) * direction[1]) + Math.abs((otherY - y) * direction[0]);
    // Sideways counts more, so that a key follows the lines of the picture.
    const distance = along + 2 * aside;
    if (id !== from && along > 1 && aside <= 3 * along && distance < nearest) [best, nearest] = [id, distance];
  }
  return best;
}

/** Where a node's own text stands: of a holder that is its head. */
function middleOf(box: Box): [number, number] {
  return [box.x + box.width / 2, box.y + box.size.height / 2];
}
