import * as vscode from 'vscode';
import type { FlowTracker } from '../flows/tracker';
import type { RunPanel } from '../panels/runPanel';
import type { RunStore } from '../runs/store';
import { lookOf } from '../runs/states';
import type { Cli } from '../server/cli';
import { setting } from '../server/find';
import { recordOf, type StoredExecution, type StoredLog } from './stored';
import { argumentsOf } from './search';

interface Listed {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly state: { readonly current: string; readonly startDate?: string; readonly endDate?: string };
  readonly labels?: readonly { readonly key: string; readonly value: unknown }[];
  readonly interrupted?: boolean;
}

const ICONS: Readonly<Record<string, readonly [string, string]>> = {
  good: ['pass', 'testing.iconPassed'], bad: ['error', 'testing.iconFailed'], warn: ['warning', 'editorWarning.foreground'],
  busy: ['play-circle', 'charts.blue'], idle: ['circle-outline', 'descriptionForeground'],
};

/** The executions of the workspace, the newest first, narrowed down by a search. */
export class HistoryView implements vscode.TreeDataProvider<Listed>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<Listed>;
  private readonly listening: vscode.Disposable;
  private search = '';

  constructor(private readonly cli: Cli, private readonly panel: RunPanel, private readonly flows: FlowTracker, runs: RunStore) {
    this.view = vscode.window.createTreeView('tiercel.history', { treeDataProvider: this, showCollapseAll: false });
    this.listening = runs.onDidChange(({ record, event }) => {
      if (event === undefined && record.ended) this.refresh();
    });
  }

  refresh(): void {
    this.changed.fire();
  }

  async askForSearch(): Promise<void> {
    const search = await vscode.window.showInputBox({
      title: vscode.l10n.t('Search Executions'), value: this.search,
      placeHolder: 'state:FAILED team=data flow:report',
      prompt: vscode.l10n.t('state:STATE, key=value for a label, flow:ID, since:7d; other words anywhere, in logs too.'),
    });
    if (search !== undefined) this.searchFor(search);
  }

  searchFor(search: string): void {
    this.search = search.trim();
    void vscode.commands.executeCommand('setContext', 'tiercel.historySearched', this.search !== '');
    this.view.description = this.search;
    this.refresh();
  }

  getTreeItem(listed: Listed): vscode.TreeItem {
    const state = listed.interrupted ? 'INTERRUPTED' : listed.state.current;
    const [icon, colour] = ICONS[lookOf(state).tone] ?? ['circle-outline', 'descriptionForeground'];
    const item = new vscode.TreeItem(listed.flowId);
    const started = listed.state.startDate ? new Date(listed.state.startDate) : undefined;
    const labels = (listed.labels ?? []).map(({ key, value }) => `${key}=${String(value)}`).join(' ');
    item.id = listed.id;
    item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
    item.description = [state, started?.toLocaleString(), labels].filter(Boolean).join(' · ');
    item.tooltip = `${listed.namespace}.${listed.flowId}\n${listed.id}\n${item.description}`;
    item.contextValue = `execution ${state}`;
    item.accessibilityInformation = { label: `${listed.flowId}, ${item.description}` };
    item.command = { command: 'tiercel.history.open', title: '', arguments: [listed] };
    return item;
  }

  async getChildren(parent?: Listed): Promise<Listed[]> {
    if (parent !== undefined || !vscode.workspace.workspaceFolders?.length) return [];
    const limit = ['--limit', String(setting<number>('history.limit') ?? 100)];
    const answer = await this.cli.run(['executions', 'list', '--format', 'json', ...limit, ...argumentsOf(this.search)]);
    // 2 also where nothing was run yet: then the view says how to begin.
    this.view.message = answer.code !== 0 && this.search !== '' ? answer.error.split('\n')[0] ?? '' : '';
    return answer.code === 0 ? (JSON.parse(answer.output) as Listed[]) : [];
  }

  async open(listed: Listed): Promise<void> {
    const [shown, logged] = await Promise.all([
      this.cli.run(['executions', 'show', listed.id, '--format', 'json']),
      this.cli.run(['executions', 'logs', listed.id, '--level', 'TRACE', '--format', 'json']),
    ]);
    if (shown.code !== 0) {
      void vscode.window.showErrorMessage(shown.error);
      return;
    }
    const logs = logged.code === 0 ? (JSON.parse(logged.output) as StoredLog[]) : [];
    this.panel.show(recordOf(JSON.parse(shown.output) as StoredExecution, logs, this.flows.uriOf(listed.namespace, listed.flowId)), true);
  }

  async replay(listed: Listed): Promise<void> {
    const title = vscode.l10n.t('Replaying {0}', listed.flowId);
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, async () => {
      const answer = await this.cli.run(['executions', 'replay', listed.id, '--format', 'json']);
      if (answer.code === 2 || answer.code === -1) void vscode.window.showErrorMessage(answer.error);
    });
    this.refresh();
  }

  dispose(): void {
    this.listening.dispose();
    this.view.dispose();
    this.changed.dispose();
  }
}
