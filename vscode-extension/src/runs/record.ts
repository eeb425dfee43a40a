/** A run as its events tell it, folded into one value. Shared by the extension and its pages: neither vscode nor DOM here. */

export interface Event {
  readonly event: string;
  readonly time: string;
  readonly executionId?: string | null;
  readonly [key: string]: unknown;
}

export interface TaskRun {
  id: string;
  executionId: string;
  taskId: string;
  type: string;
  parent: string | undefined;
  value: string | undefined;
  iteration: number | undefined;
  state: string;
  attempt: number;
  message: string;
  created: number;
  started: number | undefined;
  ended: number | undefined;
  outputs: Record<string, unknown> | undefined;
  reused: boolean;
}

export interface Log {
  readonly time: number;
  readonly level: Level;
  readonly taskId: string | undefined;
  readonly executionId: string;
  readonly message: string;
}

export interface Metric {
  readonly taskId: string;
  readonly name: string;
  readonly type: string;
  value: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Execution {
  id: string;
  flowId: string;
  namespace: string;
  state: string;
  /** The task run that called it, or the loop's execution that holds it. */
  caller: string | undefined;
  started: number;
  ended: number | undefined;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  labels: readonly { key: string; value: unknown }[];
}

export interface RunRecord {
  readonly uri: string;
  readonly flowId: string;
  state: string;
  message: string;
  ended: boolean;
  main: string | undefined;
  executions: Record<string, Execution>;
  taskRuns: TaskRun[];
  logs: Log[];
  lostLogs: number;
  metrics: Metric[];
  notices: { level: string; taskId: string | undefined; message: string }[];
}

export const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type Level = (typeof LEVELS)[number];

const ENDS = new Set(['SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'SKIPPED', 'RETRIED']);
const MOST_LOGS = 20_000;
const MOST_TASK_RUNS = 20_000;

export function isEnd(state: string): boolean {
  return ENDS.has(state);
}

export function newRecord(uri: string, flowId: string): RunRecord {
  return {
    uri, flowId, state: 'CREATED', message: '', ended: false, main: undefined,
    executions: {}, taskRuns: [], logs: [], lostLogs: 0, metrics: [], notices: [],
  };
}

/** Take an event in. Kinds and keys that are not known are passed over. */
export function fold(record: RunRecord, event: Event): void {
  const time = Date.parse(event.time);
  const execution = event.executionId ? record.executions[event.executionId] : undefined;
  switch (event.event) {
    case 'execution.created':
      createExecution(record, event, time);
      break;
    case 'execution.state':
      if (execution) {
        execution.state = text(event['state']);
        execution.ended = isEnd(execution.state) ? time : undefined;
        if (execution.id === record.main) record.state = execution.state;
      }
      break;
    case 'execution.labels':
      if (execution) execution.labels = event['labels'] as Execution['labels'];
      break;
    case 'execution.finished':
      finishExecution(record, execution, event, time);
      break;
    case 'taskrun.created':
      if (record.taskRuns.length < MOST_TASK_RUNS) record.taskRuns.push(newTaskRun(event, time));
      break;
    case 'taskrun.state':
      changeTaskRun(record, event, time);
      break;
    case 'taskrun.outputs': {
      const run = taskRun(record, event);
      if (run) run.outputs = event['outputs'] as Record<string, unknown>;
      break;
    }
    case 'taskrun.removed':
      record.taskRuns = record.taskRuns.filter((each) => each.id !== event['taskRunId']);
      break;
    case 'log':
      addLog(record, event, time);
      break;
    case 'metric':
      addMetric(record, event);
      break;
    case 'notice':
      record.notices.push({ level: text(event['level']), taskId: optional(event['taskId']), message: text(event['message']) });
      break;
    default:
  }
}

/** How each task ended, worst run first: what stands beside its line. */
export function taskStates(record: RunRecord): Map<string, { state: string; runs: number; seconds: number }> {
  const worth = ['RUNNING', 'PAUSED', 'FAILED', 'KILLED', 'CANCELLED', 'WARNING', 'SUCCESS'];
  const rank = (state: string): number => (worth.indexOf(state) + 1 || 50);
  const found = new Map<string, { state: string; runs: number; seconds: number }>();
  for (const run of record.taskRuns) {
    if (!ofThisFlow(record, run)) continue;
    const earlier = found.get(run.taskId);
    const seconds = ((run.ended ?? run.started ?? 0) - (run.started ?? run.ended ?? 0)) / 1000;
    const state = !earlier || rank(run.state) < rank(earlier.state) ? run.state : earlier.state;
    found.set(run.taskId, { state, runs: (earlier?.runs ?? 0) + 1, seconds: (earlier?.seconds ?? 0) + seconds });
  }
  return found;
}

/** Whether a task run is of the flow that was run, or of an iteration of it; not of a flow that it called. */
export function ofThisFlow(record: RunRecord, run: TaskRun): boolean {
  const main = record.main ? record.executions[record.main] : undefined;
  const own = record.executions[run.executionId];
  return !main || !own || (main.flowId === own.flowId && main.namespace === own.namespace);
}

function createExecution(record: RunRecord, event: Event, time: number): void {
  const id = event.executionId as string;
  record.main ??= id;
  const trigger = event['trigger'] as { variables?: Record<string, unknown> } | undefined;
  record.executions[id] = {
    id, flowId: text(event['flowId']), namespace: text(event['namespace']), state: 'CREATED',
    caller: optional(trigger?.variables?.['taskRunId']) ?? optional(event['parentId']),
    started: time, ended: undefined,
    inputs: (event['inputs'] as Record<string, unknown>) ?? {}, outputs: {},
    labels: (event['labels'] as Execution['labels']) ?? [],
  };
}

function finishExecution(record: RunRecord, execution: Execution | undefined, event: Event, time: number): void {
  if (!execution) return;
  execution.state = text(event['state']);
  execution.ended = time;
  const finished = event['execution'] as { outputs?: Record<string, unknown> } | undefined;
  execution.outputs = finished?.outputs ?? {};
  if (execution.id === record.main) record.state = execution.state;
}

function newTaskRun(event: Event, time: number): TaskRun {
  return {
    id: text(event['taskRunId']), executionId: text(event.executionId), taskId: text(event['taskId']), type: text(event['type']),
    parent: optional(event['parentTaskRunId']), value: optional(event['value']),
    iteration: typeof event['iteration'] === 'number' ? event['iteration'] : undefined,
    state: 'CREATED', attempt: 0, message: '', created: time, started: undefined, ended: undefined, outputs: undefined, reused: false,
  };
}

function changeTaskRun(record: RunRecord, event: Event, time: number): void {
  const run = taskRun(record, event);
  if (!run) return;
  run.state = text(event['state']);
  if (typeof event['attempt'] === 'number') run.attempt = event['attempt'];
  if (event['message']) run.message = text(event['message']);
  if (event['reused']) run.reused = true;
  if (run.state === 'RUNNING') run.started ??= time;
  run.ended = isEnd(run.state) ? time : undefined;
}

function addLog(record: RunRecord, event: Event, time: number): void {
  if (record.logs.length >= MOST_LOGS) {
    record.logs.splice(0, MOST_LOGS / 10);
    record.lostLogs += MOST_LOGS / 10;
  }
  record.logs.push({
    time, level: level(event['level']), taskId: optional(event['taskId']), executionId: text(event.executionId), message: text(event['message']),
  });
}

function addMetric(record: RunRecord, event: Event): void {
  const tags = (event['tags'] as Record<string, string>) ?? {};
  const [taskId, name, type] = [text(event['taskId']), text(event['name']), text(event['type'])];
  const value = Number(event['value']);
  const same = record.metrics.find(
    (each) => each.taskId === taskId && each.name === name && JSON.stringify(each.tags) === JSON.stringify(tags),
  );
  if (same && type !== 'gauge') same.value += value;
  else if (same) same.value = value;
  else record.metrics.push({ taskId, name, type, value, tags });
}

function taskRun(record: RunRecord, event: Event): TaskRun | undefined {
  return record.taskRuns.findLast((each) => each.id === event['taskRunId']);
}

export function level(value: unknown): Level {
  const found = LEVELS.find((each) => each === value);
  return found ?? 'INFO';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value);
}

function optional(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : text(value);
}
