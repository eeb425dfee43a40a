import type { RunTexts } from '../../panels/texts';
import { element, fill, host } from '../page';
import type { Shown, Tab } from './main';
import { previewOf } from './preview';

const MOST_CHILDREN = 200;

/** What the flow was given and what it and its tasks put out, as a tree; files open below their place. */
export class OutputsTab implements Tab {
  readonly root = element('div');
  private drawn = '';
  private readonly places = new Map<string, HTMLElement[]>();

  constructor(private readonly texts: RunTexts) {}

  show({ record }: Shown): void {
    const main = record.main ? record.executions[record.main] : undefined;
    const runs = record.taskRuns.filter((run) => run.outputs && Object.keys(run.outputs).length > 0);
    const is = JSON.stringify([record.main, record.state, runs.length, main?.labels]);
    if (is === this.drawn) return;
    this.drawn = is;
    this.places.clear();
    const sections: HTMLElement[] = [];
    const labels = Object.fromEntries((main?.labels ?? []).map(({ key, value }) => [key, value]));
    const add = (title: string, value: object | undefined, executionId: string, open: boolean): void => {
      if (value && Object.keys(value).length > 0) sections.push(this.node(title, value, executionId, open));
    };
    add(this.texts.flowOutputs, main?.outputs, record.main ?? '', true);
    add(this.texts.inputs, main?.inputs, record.main ?? '', false);
    add(this.texts.labels, labels, record.main ?? '', false);
    for (const run of runs) {
      const title = run.taskId + (run.value !== undefined ? ` [${run.value}]` : '');
      add(title, run.outputs, run.executionId, runs.length < 10);
    }
    this.root.replaceChildren(...(sections.length > 0 ? sections : [element('p', { class: 'muted' }, this.texts.noOutputs)]));
  }

  preview(file: string, text: string, failed: boolean): void {
    for (const place of this.places.get(file) ?? []) {
      if (!place.hidden) place.replaceChildren(failed ? element('p', { class: 'bad' }, text) : previewOf(file, text));
    }
  }

  private node(key: string, value: unknown, executionId: string, open: boolean): HTMLElement {
    if (value === null || typeof value !== 'object') return this.leaf(key, value, executionId);
    const entries = Object.entries(value);
    const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
    const made = element('details', { open }, element('summary', {}, element('span', { class: 'key' }, key), element('span', { class: 'muted' }, ` ${size}`)));
    let filled = false;
    const fillIn = (): void => {
      if (filled || !made.open) return;
      filled = true;
      made.append(...entries.slice(0, MOST_CHILDREN).map(([name, each]) => this.node(name, each, executionId, false)));
      if (entries.length > MOST_CHILDREN) made.append(element('div', { class: 'leaf muted' }, fill(this.texts.more, entries.length - MOST_CHILDREN)));
    };
    made.addEventListener('toggle', fillIn);
    fillIn();
    return made;
  }

  private leaf(key: string, value: unknown, executionId: string): HTMLElement {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const made = element('div', { class: 'leaf' }, element('span', { class: 'key' }, key), ': ', element('span', { class: 'mono' }, text));
    if (typeof value !== 'string' || !value.startsWith('kestra://')) return made;
    const place = element('div', { class: 'preview', hidden: true, tabindex: 0 });
    this.places.set(value, [...(this.places.get(value) ?? []), place]);
    const button = element('button', {
      class: 'link', 'aria-expanded': 'false',
      click: () => {
        place.hidden = !place.hidden;
        button.setAttribute('aria-expanded', String(!place.hidden));
        if (place.hidden) return;
        place.replaceChildren(this.texts.loading);
        host.postMessage({ kind: 'preview', executionId, file: value });
      },
    }, this.texts.preview);
    made.append(' ', button, place);
    return made;
  }
}
