import * as vscode from 'vscode';
import type { FlowTracker } from '../flows/tracker';
import type { RunActions } from '../runs/actions';
import type { RunRecord } from '../runs/record';
import type { RunStore } from '../runs/store';
import type { Cli } from '../server/cli';
import { setting } from '../server/find';
import { pageOf, resourceRoots } from './page';
import { RUN_STYLE } from './style';
import { runTexts } from './texts';

type FromPage =
  | { kind: 'ready' }
  | { kind: 'cancel' | 'again' | 'resume' }
  | { kind: 'replay' | 'reveal'; taskId: string }
  | { kind: 'preview'; executionId: string; file: string };

const OFTEN = 100;
const MOST_PREVIEWED = 200_000;

/** One panel that shows a run while it goes on, or one of the history. */
export class RunPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private shown: RunRecord | undefined;
  private isHistory = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly listening: vscode.Disposable;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly runs: RunStore,
    private readonly flows: FlowTracker,
    private readonly actions: RunActions,
    private readonly cli: Cli,
  ) {
    this.listening = runs.onDidChange(({ record, event }) => {
      if (event === undefined) this.maybeOpen(record);
      if (record === this.shown) this.sendSoon();
    });
  }

  /** Show the last run of a document. */
  showOf(uri: vscode.Uri): void {
    const record = this.runs.get(uri);
    if (record) this.show(record, false);
    else void vscode.window.showInformationMessage(vscode.l10n.t('This flow was not run yet; earlier runs are in the view Executions.'));
  }

  show(record: RunRecord, isHistory: boolean, preserveFocus = false): void {
    this.shown = record;
    this.isHistory = isHistory;
    const title = vscode.l10n.t('Run of {0}', record.flowId);
    if (this.panel === undefined) {
      const extension = this.context.extensionUri;
      const options = { enableScripts: true, retainContextWhenHidden: true, localResourceRoots: resourceRoots(extension) };
      const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus };
      const panel = vscode.window.createWebviewPanel('tiercel.run', title, place, options);
      const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extension, 'images', `panel-${theme}.svg`);
      panel.iconPath = { light: icon('light'), dark: icon('dark') };
      panel.webview.onDidReceiveMessage((message: FromPage) => this.on(message));
      panel.onDidDispose(() => (this.panel = undefined));
      panel.webview.html = pageOf(panel.webview, extension, 'run', title, RUN_STYLE, { texts: runTexts() });
      this.panel = panel;
    } else {
      this.panel.title = title;
      this.panel.reveal(undefined, preserveFocus);
      this.send();
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listening.dispose();
    this.panel?.dispose();
  }

  private maybeOpen(record: RunRecord): void {
    const wish = setting<string>('run.showPanel');
    const isBad = record.ended && !['SUCCESS', 'SKIPPED', 'CANCELLED'].includes(record.state);
    const isNew = !record.ended;
    if ((wish === 'always' && isNew) || (wish === 'onFailure' && isBad) || (this.panel && isNew)) this.show(record, false, true);
  }

  private sendSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.send();
    }, OFTEN);
  }

  private send(): void {
    const record = this.shown;
    if (!this.panel || !record) return;
    const places = this.flows.flows(vscode.Uri.parse(record.uri)).flatMap((flow) => flow.tasks.map((task) => task.id));
    const isTrusted = vscode.workspace.isTrusted;
    void this.panel.webview.postMessage({ kind: 'record', record, places, isHistory: this.isHistory, isTrusted, now: Date.now() });
  }

  private async on(message: FromPage): Promise<void> {
    const record = this.shown;
    if (!record) return;
    const uri = vscode.Uri.parse(record.uri);
    switch (message.kind) {
      case 'ready':
        this.send();
        break;
      case 'cancel':
        await this.actions.cancel(uri);
        break;
      case 'again':
        await this.actions.rerunRecord(record);
        break;
      case 'resume':
        await this.actions.resume(uri);
        break;
      case 'replay':
        await this.actions.replayRecord(record, message.taskId);
        break;
      case 'reveal':
        await this.reveal(uri, message.taskId);
        break;
      case 'preview':
        await this.preview(uri, message.executionId, message.file);
        break;
    }
  }

  private async reveal(uri: vscode.Uri, taskId: string): Promise<void> {
    const task = this.flows.flows(uri).flatMap((flow) => flow.tasks).find((each) => each.id === taskId);
    if (!task) return;
    const visible = vscode.window.visibleTextEditors.find((each) => each.document.uri.toString() === uri.toString());
    const viewColumn = visible?.viewColumn ?? vscode.ViewColumn.One;
    const { line, character } = task.range.start;
    const place = new vscode.Position(line, character);
    await vscode.window.showTextDocument(uri, { viewColumn, selection: new vscode.Range(place, place) });
  }

  private async preview(uri: vscode.Uri, executionId: string, file: string): Promise<void> {
    const near = uri.scheme === 'untitled' || this.isHistory ? undefined : uri;
    const answer = await this.cli.run(['executions', 'files', executionId, file], near);
    const isText = !answer.output.slice(0, 4000).includes('\0');
    const text = answer.code !== 0 ? answer.error : isText ? answer.output.slice(0, MOST_PREVIEWED) : vscode.l10n.t('This file is no text.');
    const cut = answer.output.length > MOST_PREVIEWED;
    void this.panel?.webview.postMessage({ kind: 'preview', file, text, cut, failed: answer.code !== 0 });
  }
}
