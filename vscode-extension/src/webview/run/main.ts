import type { RunTexts } from '../../panels/texts';
import type { RunRecord } from '../../runs/record';
import { durationText, lookOf } from '../../runs/states';
import { data, element, host, page } from '../page';
import { LogsTab } from './logs';
import { MetricsTab } from './metrics';
import { OutputsTab } from './outputs';
import { TimelineTab } from './timeline';

export interface Shown {
  readonly record: RunRecord;
  /** Ids of tasks that have a line to go to. */
  readonly places: readonly string[];
  readonly isHistory: boolean;
  readonly isTrusted: boolean;
  /** The extension's clock, milliseconds. */
  readonly now: number;
}

export interface Tab {
  readonly root: HTMLElement;
  show(shown: Shown): void;
}

type ToPage = ({ kind: 'record' } & Shown) | { kind: 'preview'; file: string; text: string; cut: boolean; failed: boolean };

const { texts } = data<{ texts: RunTexts }>();
const outputs = new OutputsTab(texts);
const tabs: readonly (readonly [string, Tab])[] = [
  [texts.timeline, new TimelineTab(texts)], [texts.logs, new LogsTab(texts)], [texts.outputs, outputs], [texts.metrics, new MetricsTab(texts)],
];
const header = element('header');
const message = element('div', { role: 'status' });
const buttons = tabs.map(([title], index) => element('button', {
  role: 'tab', id: `tab-${index}`, 'aria-controls': `panel-${index}`, click: () => choose(index), keydown: (event) => onKey(event as KeyboardEvent),
}, title));
const panels = tabs.map(([, tab], index) => element('section', { role: 'tabpanel', id: `panel-${index}`, 'aria-labelledby': `tab-${index}` }, tab.root));
page().append(header, message, element('div', { role: 'tablist' }, ...buttons), ...panels);

let chosen = (host.getState() as { tab?: number } | undefined)?.tab ?? 0;
let shown: Shown | undefined;
let headerWas = '';
choose(chosen);

window.addEventListener('message', ({ data: told }: MessageEvent<ToPage>) => {
  if (told.kind === 'preview') {
    outputs.preview(told.file, told.text, told.failed);
    return;
  }
  shown = told;
  draw();
});
// Bars of what runs grow by themselves between two events.
setInterval(() => {
  if (shown && !shown.record.ended) {
    shown = { ...shown, now: shown.now + 500 };
    draw();
  }
}, 500);
host.postMessage({ kind: 'ready' });

function choose(index: number): void {
  chosen = index;
  host.setState({ tab: index });
  buttons.forEach((button, each) => {
    button.setAttribute('aria-selected', String(each === index));
    button.tabIndex = each === index ? 0 : -1;
  });
  panels.forEach((panel, each) => (panel.hidden = each !== index));
  draw();
}

function onKey(event: KeyboardEvent): void {
  const steps: Record<string, number> = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: tabs.length - 1 };
  const next = steps[event.key];
  if (next === undefined) return;
  event.preventDefault();
  choose((next + tabs.length) % tabs.length);
  buttons[chosen]?.focus();
}

function draw(): void {
  if (!shown) return;
  drawHeader(shown);
  tabs[chosen]?.[1].show(shown);
}

function drawHeader({ record, isHistory, isTrusted, now }: Shown): void {
  const main = record.main ? record.executions[record.main] : undefined;
  const look = lookOf(record.state);
  const time = main ? durationText((main.ended ?? now) - main.started) : '';
  const isPaused = !record.ended && record.taskRuns.some((run) => run.state === 'PAUSED');
  // Redrawn only when it changed: a button that has the focus keeps it.
  const is = JSON.stringify([record.state, time, record.message, isPaused, isHistory, record.ended, main?.id, record.notices.length]);
  if (is === headerWas) return;
  const focused = document.activeElement instanceof HTMLButtonElement ? document.activeElement.dataset['kind'] : undefined;
  headerWas = is;
  const button = (kind: string, title: string, primary = false): HTMLElement =>
    element('button', { 'data-kind': kind, class: primary ? 'primary' : '', click: () => host.postMessage({ kind }) }, title);
  header.replaceChildren(
    element('h1', {}, record.flowId),
    element('span', { class: `badge ${look.tone}` }, `${look.glyph} ${record.state}`),
    element('span', { class: 'muted' }, time),
    element('span', { class: 'muted mono' }, main?.id ?? ''),
    element('span', { class: 'actions' },
      isTrusted && isPaused && button('resume', texts.resume, true),
      isTrusted && !record.ended && button('cancel', texts.cancel),
      isTrusted && record.ended && !isHistory && button('again', texts.replay, true)),
  );
  if (focused) header.querySelector<HTMLElement>(`[data-kind=${focused}]`)?.focus();
  const notices = record.notices.filter(({ level }) => level !== 'INFO').map((notice) => notice.message);
  const said = [record.message, ...notices].filter(Boolean).join('\n');
  message.className = said ? 'message' : '';
  message.textContent = said;
}
