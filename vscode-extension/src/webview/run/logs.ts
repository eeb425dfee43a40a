import type { RunTexts } from '../../panels/texts';
import { type Level, LEVELS, type Log } from '../../runs/record';
import { element, fill, host } from '../page';
import type { Shown, Tab } from './main';

const MOST_LINES = 2000;
const TONES: Record<Level, string> = { TRACE: 'idle', DEBUG: 'idle', INFO: 'busy', WARN: 'warn', ERROR: 'bad' };

/** The log, by level, task and words; each line leads to its task. */
export class LogsTab implements Tab {
  readonly root: HTMLElement;
  private readonly level: HTMLSelectElement;
  private readonly task: HTMLSelectElement;
  private readonly words: HTMLInputElement;
  private readonly list = element('div', { class: 'log mono', role: 'log' });
  private shown: Shown | undefined;
  private drawn = '';

  constructor(private readonly texts: RunTexts) {
    const redraw = (): void => this.draw();
    this.level = element('select', { 'aria-label': texts.level, change: redraw }, ...LEVELS.map((each) => element('option', { selected: each === 'INFO' }, each)));
    this.task = element('select', { 'aria-label': texts.task, change: redraw }, element('option', { value: '' }, texts.allTasks));
    this.words = element('input', { type: 'search', placeholder: texts.find, 'aria-label': texts.find, input: redraw });
    this.root = element('div', {}, element('div', { class: 'filters' }, this.level, this.task, this.words), this.list);
  }

  show(shown: Shown): void {
    this.shown = shown;
    const tasks = [...new Set(shown.record.logs.map((log) => log.taskId).filter((each) => each !== undefined))];
    const known = [...this.task.options].slice(1).map((option) => option.value);
    if (tasks.join('\n') !== known.join('\n')) {
      const chosen = this.task.value;
      this.task.replaceChildren(
        element('option', { value: '' }, this.texts.allTasks), ...tasks.map((each) => element('option', { value: each, selected: each === chosen }, each)),
      );
    }
    this.draw();
  }

  private draw(): void {
    if (!this.shown) return;
    const { record, places } = this.shown;
    const least = LEVELS.indexOf(this.level.value as Level);
    const words = this.words.value.toLowerCase();
    const wanted = (log: Log): boolean =>
      LEVELS.indexOf(log.level) >= least && (!this.task.value || log.taskId === this.task.value) && (!words || log.message.toLowerCase().includes(words));
    const found = record.logs.filter(wanted);
    const is = [record.main, this.level.value, this.task.value, words, found.length, record.lostLogs].join('\n');
    if (is === this.drawn) return;
    this.drawn = is;
    const atEnd = window.innerHeight + window.scrollY >= document.body.scrollHeight - 40;
    const lines = found.slice(-MOST_LINES).flatMap((log) => [
      element('span', { class: 'time' }, new Date(log.time).toISOString().slice(11, 23)),
      element('span', { class: TONES[log.level] }, log.level),
      this.taskOf(log, places),
      element('span', {}, log.message),
    ]);
    this.list.replaceChildren(...lines);
    const lost = record.lostLogs + Math.max(0, found.length - MOST_LINES);
    if (found.length === 0) this.list.append(element('span', { class: 'muted' }, this.texts.noLogs));
    this.root.querySelector('.lost')?.remove();
    if (lost > 0) this.list.before(element('p', { class: 'muted lost' }, fill(this.texts.lost, lost)));
    if (atEnd && !record.ended) window.scrollTo(0, document.body.scrollHeight);
  }

  private taskOf(log: Log, places: readonly string[]): HTMLElement {
    const id = log.taskId;
    if (id === undefined || !places.includes(id)) return element('span', { class: 'muted' }, id ?? '');
    const click = (): void => host.postMessage({ kind: 'reveal', taskId: id });
    return element('button', { class: 'link', 'aria-label': fill(this.texts.goTo, id), click }, id);
  }
}
