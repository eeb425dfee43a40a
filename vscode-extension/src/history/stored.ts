import { level, newRecord, type RunRecord } from '../runs/record';

interface StoredState {
  readonly current: string;
  readonly startDate?: string;
  readonly endDate?: string;
  readonly histories?: readonly { readonly state: string; readonly date: string }[];
}

/** An execution as `tiercel executions show --format json` prints it, the shape of Kestra's API. */
export interface StoredExecution {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly state: StoredState;
  readonly interrupted?: boolean;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly labels?: readonly { key: string; value: unknown }[];
  readonly taskRunList?: readonly {
    readonly id: string; readonly executionId?: string; readonly taskId: string; readonly parentTaskRunId?: string; readonly value?: string;
    readonly iteration?: number; readonly state: StoredState; readonly attempts?: readonly unknown[]; readonly outputs?: Record<string, unknown>;
  }[];
}

export interface StoredLog {
  readonly timestamp: string;
  readonly level: string;
  readonly taskId?: string;
  readonly executionId: string;
  readonly message: string;
}

/** An execution of the history as the run panel shows runs; `uri` is the document of its flow, "" where none is open. */
export function recordOf(execution: StoredExecution, logs: readonly StoredLog[], uri: string): RunRecord {
  const record = newRecord(uri, execution.flowId);
  record.state = execution.interrupted ? 'INTERRUPTED' : execution.state.current;
  record.ended = true;
  record.main = execution.id;
  record.executions[execution.id] = {
    id: execution.id, flowId: execution.flowId, namespace: execution.namespace, state: record.state, caller: undefined,
    started: moment(execution.state.startDate) ?? 0, ended: moment(execution.state.endDate), inputs: execution.inputs ?? {},
    outputs: execution.outputs ?? {}, labels: execution.labels ?? [],
  };
  record.taskRuns = (execution.taskRunList ?? []).map((run) => ({
    id: run.id, executionId: run.executionId ?? execution.id, taskId: run.taskId, type: '', parent: run.parentTaskRunId, value: run.value,
    iteration: run.iteration, state: run.state.current, attempt: Math.max(0, (run.attempts?.length ?? 1) - 1), message: '',
    created: moment(run.state.startDate) ?? 0, started: moment(run.state.histories?.find(({ state }) => state === 'RUNNING')?.date),
    ended: moment(run.state.endDate), outputs: run.outputs, reused: false,
  }));
  record.logs = logs.map((log) => ({
    time: Date.parse(log.timestamp), level: level(log.level), taskId: log.taskId, executionId: log.executionId, message: log.message,
  }));
  return record;
}

function moment(date: string | undefined): number | undefined {
  return date === undefined ? undefined : Date.parse(date);
}
