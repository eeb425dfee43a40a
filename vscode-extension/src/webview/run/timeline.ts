import type { RunTexts } from '../../panels/texts';
import type { RunRecord, TaskRun } from '../../runs/record';
import { durationText, lookOf } from '../../runs/states';
import { element, fill, host } from '../page';
import type { Shown, Tab } from './main';

const MOST_ROWS = 500;

interface Row {
  readonly run: TaskRun;
  readonly depth: number;
}

/** Task runs as bars over time, those that a task holds or calls below it. A thin line is waiting, a bar is work. */
export class TimelineTab implements Tab {
  readonly root = element('div');

  constructor(private readonly texts: RunTexts) {}

  show({ record, places, isHistory, isTrusted, now }: Shown): void {
    const rows = inOrder(record);
    const main = record.main ? record.executions[record.main] : undefined;
    const begin = Math.min(main?.started ?? Infinity, ...rows.map(({ run }) => run.created));
    const end = record.ended ? Math.max(main?.ended ?? 0, ...rows.map(({ run }) => run.ended ?? run.created), begin + 1) : Math.max(now, begin + 1);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['run'] : undefined;
    const grid = element('div', { class: 'rows', role: 'list' });
    for (const { run, depth } of rows.slice(0, MOST_ROWS)) {
      const until = run.ended ?? (record.ended ? end : now);
      const look = lookOf(run.state);
      const time = durationText(until - (run.started ?? run.created));
      const title = run.taskId + (run.value !== undefined ? ` [${run.value}]` : run.iteration !== undefined ? ` [${run.iteration}]` : '');
      const label = `${title}: ${run.state}, ${time}${run.message ? `. ${run.message}` : ''}`;
      const name = element('span', { class: 'name', role: 'listitem', title: label },
        element('span', { class: look.tone, 'aria-hidden': 'true' }, `${look.glyph} `),
        places.includes(run.taskId)
          ? element('button', { class: 'link', 'data-run': run.id, 'aria-label': fill(this.texts.goTo, label), click: () => reveal(run) }, title)
          : title,
        run.reused && element('span', { class: 'muted' }, ` ${this.texts.reused}`));
      name.style.paddingInlineStart = `${depth * 16}px`;
      const track = element('span', { class: 'track', 'aria-hidden': 'true', title: label });
      if (!run.reused) {
        track.append(line('wait', run.created, run.started ?? until, begin, end));
        if (run.started !== undefined) track.append(line(`bar ${look.tone}`, run.started, until, begin, end));
      }
      const canReplay = isTrusted && record.ended && !isHistory && depth === 0;
      const replay = canReplay && element('button', {
        class: 'link', title: fill(this.texts.replayFrom, run.taskId), 'aria-label': fill(this.texts.replayFrom, run.taskId),
        click: () => host.postMessage({ kind: 'replay', taskId: run.taskId }),
      }, '↻');
      grid.append(name, track, element('span', { class: 'time' }, `${run.state} ${time}${run.attempt > 0 ? ` ×${run.attempt + 1}` : ''} `, replay));
    }
    this.root.replaceChildren(rows.length > 0 ? grid : element('p', { class: 'muted' }, this.texts.nothing));
    if (rows.length > MOST_ROWS) this.root.append(element('p', { class: 'muted' }, fill(this.texts.more, rows.length - MOST_ROWS)));
    if (focused) this.root.querySelector<HTMLElement>(`[data-run="${CSS.escape(focused)}"]`)?.focus();
  }
}

function reveal(run: TaskRun): void {
  host.postMessage({ kind: 'reveal', taskId: run.taskId });
}

function line(kind: string, from: number, to: number, begin: number, end: number): HTMLElement {
  const made = element('span', { class: kind });
  made.style.insetInlineStart = `${(100 * (from - begin)) / (end - begin)}%`;
  made.style.width = `${(100 * Math.max(0, to - from)) / (end - begin)}%`;
  return made;
}

/** Task runs, each followed by what it holds: tasks inside it, iterations, flows that it called. */
function inOrder(record: RunRecord): Row[] {
  const children = new Map<string, TaskRun[]>();
  const known = new Set(record.taskRuns.map((run) => run.id));
  for (const run of record.taskRuns) {
    const caller = record.executions[run.executionId]?.caller;
    const loop = caller && record.executions[caller] ? loopOf(record, caller) : caller;
    const above = run.parent && known.has(run.parent) ? run.parent : loop && known.has(loop) ? loop : '';
    children.set(above, [...(children.get(above) ?? []), run]);
  }
  const rows: Row[] = [];
  const add = (above: string, depth: number): void => {
    for (const run of children.get(above) ?? []) {
      rows.push({ run, depth });
      if (depth < 30) add(run.id, depth + 1);
    }
  };
  add('', 0);
  return rows;
}

/** The task run of the execution that an iteration belongs to: the loop that is at work there. */
function loopOf(record: RunRecord, executionId: string): string | undefined {
  return record.taskRuns.find((run) => run.executionId === executionId && /\.Loop$|\.ForEachItem$/.test(run.type))?.id;
}
