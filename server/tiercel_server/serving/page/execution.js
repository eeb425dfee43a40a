// One execution: its task runs in time, its logs, its outputs; followed while it runs.

import { ask, labelsOf, lasted, make, stateOf } from "/ui/wire.js";

const ROW = 22;
const NAME = 220;
const WIDTH = 1000;

export function showExecution(main, id, stay) {
  const head = make("div");
  const chart = make("div", { id: "gantt" });
  const logs = make("div", { class: "log", id: "logs" });
  const outputs = make("div", { id: "outputs" });
  main.replaceChildren(head, make("h3", {}, "Task runs"), chart, make("h3", {}, "Logs"), logs, make("h3", {}, "Outputs"), outputs);
  let told = 0;

  async function readLogs() {
    const lines = await ask(`/logs/${id}`);
    for (const line of lines.slice(told)) {
      logs.append(make("span", { class: "faint" }, line.timestamp.slice(11, 23)), make("span", { class: line.level }, line.level),
        make("span", {}, line.taskId || ""), make("span", {}, line.message || ""));
    }
    told = lines.length;
  }

  async function readOutputs(execution) {
    const shown = [];
    if (Object.keys(execution.outputs || {}).length) shown.push(["flow", execution.outputs]);
    for (const each of (await ask(`/outputs/tasks/${id}`)).slice(0, 200)) {
      shown.push([each.value ? `${each.taskId} [${each.value}]` : each.taskId, await ask(`/outputs/tasks/${id}/${each.taskRunId}`)]);
    }
    outputs.replaceChildren(...shown.map(([name, value]) => make("details", { open: name === "flow" },
      make("summary", {}, name), make("pre", {}, JSON.stringify(value, null, 2)))));
  }

  async function act(name, method = "POST") {
    try {
      const answer = await ask(`/executions/${id}/actions/${name}`, { method });
      if (answer.id !== id) location.hash = `#/executions/${answer.id}`;
      else follow();
    } catch (error) {
      head.append(make("p", { class: "FAILED" }, error.message));
    }
  }

  function button(name, method) {
    return make("button", { onclick: () => act(name, method) }, name);
  }

  function show(execution) {
    const state = execution.state.current;
    const ended = ["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED"].includes(state);
    const actions = ended ? [button("replay")] : [button("kill", "DELETE")];
    if (["FAILED", "KILLED", "CANCELLED"].includes(state)) actions.push(button("restart"));
    if (["PAUSED", "BREAKPOINT"].includes(state)) actions.push(button("resume"));
    head.replaceChildren(make("h2", {}, `${execution.namespace}.${execution.flowId} `, stateOf(state)),
      make("p", {}, make("code", {}, id), ` · revision ${execution.flowRevision} · `, lasted(execution.state.startDate, execution.state.endDate),
        execution.trigger ? ` · by ${execution.trigger.id}` : "", " ", ...labelsOf(execution.labels)),
      make("p", {}, ...actions.flatMap((each) => [each, " "])),
      make("details", {}, make("summary", {}, "inputs"), make("pre", {}, JSON.stringify(execution.inputs || {}, null, 2))));
    chart.replaceChildren(gantt(execution));
  }

  let following = null;
  function follow() {
    if (following) following.close();
    const stream = new EventSource(`/api/v1/main/executions/${id}/follow`);
    following = stream;
    const take = async (event) => {
      if (!stay()) return stream.close();
      const execution = JSON.parse(event.data);
      if (event.type === "end") stream.close();
      show(execution);
      await readLogs();
      await readOutputs(execution);
    };
    stream.addEventListener("progress", take);
    stream.addEventListener("end", take);
    stream.onerror = () => { if (!stay()) stream.close(); };
  }
  ask(`/executions/${id}`).then((execution) => { show(execution); follow(); }, (error) => head.append(make("p", { class: "FAILED" }, error.message)));
}

function gantt(execution) {
  const runs = execution.taskRunList || [];
  const start = new Date(execution.state.startDate).getTime();
  const end = Math.max(...runs.map((run) => (run.state.endDate ? new Date(run.state.endDate) : new Date()).getTime()), start + 1);
  const scale = (WIDTH - NAME) / (end - start);
  const depth = new Map();
  const rows = runs.map((run, number) => {
    depth.set(run.id, run.parentTaskRunId ? (depth.get(run.parentTaskRunId) || 0) + 1 : 0);
    const from = new Date(run.state.startDate).getTime();
    const to = run.state.endDate ? new Date(run.state.endDate).getTime() : Date.now();
    const name = run.value ? `${run.taskId} [${run.value}]` : run.taskId;
    return make("g", { class: run.state.current, "data-task": run.taskId },
      make("title", {}, `${name}: ${run.state.current}, ${lasted(run.state.startDate, run.state.endDate)}`),
      make("text", { x: 4 + 12 * depth.get(run.id), y: number * ROW + 15 }, name),
      make("rect", { x: NAME + (from - start) * scale, y: number * ROW + 4, width: Math.max((to - from) * scale, 2), height: ROW - 8 }));
  });
  return make("svg", { viewBox: `0 0 ${WIDTH} ${Math.max(runs.length, 1) * ROW}`, role: "img", "aria-label": "task runs in time" }, ...rows);
}
