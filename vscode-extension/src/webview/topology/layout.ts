/** Places a graph with ELK: each holder by itself, then the holder among its neighbours. */
import ELK, { type ElkExtendedEdge, type ElkNode } from 'elkjs/lib/elk.bundled.js';
import type { FlowGraph, GraphEdge, GraphNode } from '../../topology/messages';
import { type Size, SMALL, sizeOf, widthOf } from './measure';

export interface Box { readonly node: GraphNode; readonly size: Size; x: number; y: number; width: number; height: number; readonly holds: boolean }
export interface Point { readonly x: number; readonly y: number }
export interface Line { readonly edge: GraphEdge; readonly points: readonly Point[] }
export interface Label { readonly edge: GraphEdge; readonly text: string; readonly x: number; readonly y: number; readonly width: number; readonly height: number }
export interface Picture {
  readonly width: number; readonly height: number;
  readonly boxes: readonly Box[]; readonly entries: readonly Point[]; readonly lines: readonly Line[]; readonly labels: readonly Label[];
}

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.spacing.edgeEdge': '12',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
};
/** More than these nobody could read, and placing them would keep the page busy for minutes. */
const MOST_EDGES = 4000;
const ENTRY = 6;
const RUNNABLE = new Set(['task', 'flowable', 'subflow']);
const PADDING = 16;
const LABEL_HEIGHT = 18;
const entryOf = (id: string): string => `in ${id}`;

const elk = new ELK();

export async function placed(graph: FlowGraph): Promise<Picture> {
  if (graph.edges.length > MOST_EDGES) throw new Error(`${graph.edges.length} > ${MOST_EDGES}`);
  const held = new Map<string | undefined, GraphNode[]>();
  for (const node of graph.nodes) held.set(node.cluster, [...(held.get(node.cluster) ?? []), node]);
  const clusters = new Map(graph.nodes.map((node) => [node.id, node.cluster]));
  const edges = new Map<string | undefined, ElkExtendedEdge[]>();
  graph.edges.forEach((edge, number) => {
    const cluster = clusters.get(edge.target);
    const made = { id: `edge ${number}`, sources: [edge.source === cluster ? entryOf(edge.source) : edge.source], targets: [edge.target], ...labelled(edge) };
    edges.set(cluster, [...(edges.get(cluster) ?? []), made]);
  });
  const sizes = new Map(graph.nodes.map((node) => [node.id, sizeOf(node, graph.run !== null && RUNNABLE.has(node.kind))]));

  const inside = (cluster: string | undefined): ElkNode[] => {
    const children = (held.get(cluster) ?? []).map((node) => made(node));
    const isEntered = edges.get(cluster)?.some(({ sources }) => cluster !== undefined && sources[0] === entryOf(cluster));
    if (cluster === undefined || !isEntered) return children;
    const layoutOptions = { 'elk.layered.layering.layerConstraint': 'FIRST' };
    return [{ id: entryOf(cluster), width: ENTRY, height: ENTRY, layoutOptions }, ...children];
  };
  const made = (node: GraphNode): ElkNode => {
    const { width, height } = sizes.get(node.id) as Size;
    if (!held.has(node.id)) return { id: node.id, width, height };
    const padding = `[top=${height + 10},left=${PADDING},bottom=${PADDING},right=${PADDING}]`;
    const layoutOptions = {
      ...OPTIONS, 'elk.padding': padding, 'elk.nodeSize.constraints': 'MINIMUM_SIZE', 'elk.nodeSize.minimum': `(${width},${height})`,
    };
    return { id: node.id, children: inside(node.id), edges: edges.get(node.id) ?? [], layoutOptions };
  };
  const root = await elk.layout({
    id: 'all', children: inside(undefined), edges: edges.get(undefined) ?? [], layoutOptions: { ...OPTIONS, 'elk.padding': '[top=20,left=20,bottom=20,right=20]' },
  });
  return collected(root, graph, sizes, held);
}

function labelled(edge: GraphEdge): Pick<ElkExtendedEdge, 'labels'> {
  if (!edge.label) return {};
  return { labels: [{ text: edge.label, width: Math.ceil(widthOf(edge.label, SMALL, true)) + 14, height: LABEL_HEIGHT, layoutOptions: { 'elk.edgeLabels.inline': 'true' } }] };
}

function collected(root: ElkNode, graph: FlowGraph, sizes: ReadonlyMap<string, Size>, held: ReadonlyMap<string | undefined, unknown>): Picture {
  const boxes: Box[] = [];
  const entries: Point[] = [];
  const lines: Line[] = [];
  const labels: Label[] = [];
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const take = (placedNode: ElkNode, left: number, top: number): void => {
    for (const child of placedNode.children ?? []) {
      const x = left + (child.x ?? 0);
      const y = top + (child.y ?? 0);
      const node = nodes.get(child.id);
      if (node === undefined) entries.push({ x: x + ENTRY / 2, y: y + ENTRY / 2 });
      else boxes.push({ node, size: sizes.get(node.id) as Size, x, y, width: child.width ?? 0, height: child.height ?? 0, holds: held.has(node.id) });
      take(child, x, y);
    }
    for (const placedEdge of placedNode.edges ?? []) {
      const edge = graph.edges[Number(placedEdge.id.slice('edge '.length))] as GraphEdge;
      for (const { startPoint, bendPoints = [], endPoint } of placedEdge.sections ?? []) {
        lines.push({ edge, points: [startPoint, ...bendPoints, endPoint].map((point) => ({ x: left + point.x, y: top + point.y })) });
      }
      for (const label of placedEdge.labels ?? []) {
        labels.push({ edge, text: label.text ?? '', x: left + (label.x ?? 0), y: top + (label.y ?? 0), width: label.width ?? 0, height: label.height ?? 0 });
      }
    }
  };
  take(root, 0, 0);
  return { width: root.width ?? 0, height: root.height ?? 0, boxes, entries, lines, labels };
}
