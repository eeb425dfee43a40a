import type { RunTexts } from '../../panels/texts';
import { element } from '../page';
import type { Shown, Tab } from './main';

/** The metrics that tasks gave. */
export class MetricsTab implements Tab {
  readonly root = element('div');

  constructor(private readonly texts: RunTexts) {}

  show({ record }: Shown): void {
    const { task, metric, kind, value, tags } = this.texts;
    if (record.metrics.length === 0) {
      this.root.replaceChildren(element('p', { class: 'muted' }, this.texts.noMetrics));
      return;
    }
    const head = element('tr', {}, ...[task, metric, kind, value, tags].map((each) => element('th', { scope: 'col' }, each)));
    const rows = record.metrics.map((each) => {
      const shown = each.type === 'timer' ? `${each.value} s` : String(each.value);
      const labels = Object.entries(each.tags).map(([key, text]) => `${key}=${text}`).join(' ');
      return element('tr', {}, ...[each.taskId, each.name, each.type, shown, labels].map((text) => element('td', {}, text)));
    });
    this.root.replaceChildren(element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)));
  }
}
