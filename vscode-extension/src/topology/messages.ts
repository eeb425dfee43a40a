/** What the topology panel and its page tell each other, and the graph as the server gives it. No vscode, no DOM. */

export interface Place { readonly line: number; readonly character: number }
export interface Range { readonly start: Place; readonly end: Place }

export type NodeKind = 'task' | 'flowable' | 'subflow' | 'trigger' | 'section' | 'flow' | 'missing';

export interface GraphNode {
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  readonly type?: string;
  readonly cluster?: string;
  readonly detail?: string;
  readonly disabled?: boolean;
  readonly expandable?: boolean;
  readonly expanded?: boolean;
  readonly document?: string;
  readonly range?: Range;
  readonly selectionRange?: Range;
}

export interface GraphEdge {
  readonly source: string;
  readonly target: string;
  readonly kind: string;
  readonly label?: string;
}

export interface TaskState { readonly state: string; readonly seconds?: number; readonly runs?: number }

export interface FlowGraph {
  readonly uri: string;
  readonly flowId: string;
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly states: Readonly<Record<string, TaskState>>;
  readonly run: { readonly state: string; readonly live: boolean } | null;
}

export type ToPage =
  | { readonly kind: 'graph'; readonly graph: FlowGraph | null }
  | { readonly kind: 'cursor'; readonly uri: string; readonly place: Place };

export type FromPage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'reveal'; readonly document: string; readonly range: Range }
  | { readonly kind: 'expand'; readonly id: string; readonly expanded: boolean }
  | { readonly kind: 'save'; readonly format: 'svg' | 'png'; readonly content: string };
