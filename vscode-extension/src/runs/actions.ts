import * as vscode from 'vscode';
import type { FlowTracker } from '../flows/tracker';
import type { InputsForm } from '../panels/inputsPanel';
import type { Cli } from '../server/cli';
import type { ServerLifecycle } from '../server/lifecycle';
import type { RunRecord } from './record';
import type { RunStore } from './store';

/** What a person does with runs, from commands and panels alike. */
export class RunActions {
  constructor(
    private readonly servers: ServerLifecycle,
    private readonly flows: FlowTracker,
    private readonly runs: RunStore,
    private readonly form: InputsForm,
    private readonly cli: Cli,
  ) {}

  run(): Promise<void> {
    return this.onFlow((uri, flowId) => this.ask('tiercel.run', uri, {}, flowId));
  }

  rerun(): Promise<void> {
    return this.onFlow((uri, flowId) => this.ask('tiercel.runAgain', uri, flowId));
  }

  runTo(): Promise<void> {
    return this.onTask((uri, taskId, flowId) => this.ask('tiercel.runTo', uri, taskId, flowId));
  }

  replayFrom(): Promise<void> {
    return this.onTask((uri, taskId, flowId) => this.ask('tiercel.replayFrom', uri, taskId, flowId));
  }

  async cancel(uri = vscode.window.activeTextEditor?.document.uri): Promise<void> {
    if (uri) await this.ask('tiercel.cancelRun', this.shown(uri));
  }

  rerunRecord(record: RunRecord): Promise<void> {
    return this.ask('tiercel.runAgain', this.shown(vscode.Uri.parse(record.uri)), record.flowId);
  }

  replayRecord(record: RunRecord, taskId: string): Promise<void> {
    return this.ask('tiercel.replayFrom', this.shown(vscode.Uri.parse(record.uri)), taskId, record.flowId);
  }

  /** Let a paused run go on, with what its Pause asks for. */
  async resume(uri = vscode.window.activeTextEditor?.document.uri): Promise<void> {
    const record = uri && this.runs.get(uri);
    const paused = record?.taskRuns.find((each) => each.state === 'PAUSED');
    if (!uri || !record || record.ended || !record.main || !isTrusted()) {
      void vscode.window.showInformationMessage(vscode.l10n.t('No run of this flow waits.'));
      return;
    }
    const task = this.flows.flows(uri).flatMap((flow) => flow.tasks).find((each) => each.id === paused?.taskId);
    let values: Record<string, unknown> | undefined = {};
    if (task?.resume && Object.keys(task.resume.properties).length > 0) {
      values = await this.form.ask({ uri: record.uri, flowId: record.flowId, schema: task.resume, values: {}, purpose: 'resume' });
    }
    if (values === undefined) return;
    const given = Object.entries(values).flatMap(([name, value]) => [
      '--input', `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ]);
    const answer = await this.cli.run(['executions', 'resume', paused?.executionId ?? record.main, ...given], uri);
    if (answer.code !== 0) void vscode.window.showErrorMessage(answer.error || vscode.l10n.t('The run could not be resumed.'));
  }

  private async onFlow(work: (uri: string, flowId: string | null) => Promise<void>): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor || !this.flows.isFlow(editor.document.uri)) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a flow first.'));
      return;
    }
    const { flow } = this.flows.around(editor.document.uri, editor.selection.active);
    await work(this.shown(editor.document.uri), flow?.id ?? null);
  }

  private onTask(work: (uri: string, taskId: string, flowId: string | null) => Promise<void>): Promise<void> {
    return this.onFlow(async (uri, flowId) => {
      const editor = vscode.window.activeTextEditor;
      const task = editor && this.flows.around(editor.document.uri, editor.selection.active).task;
      if (task?.id) await work(uri, task.id, flowId);
      else void vscode.window.showInformationMessage(vscode.l10n.t('Put the cursor into a task first.'));
    });
  }

  private async ask(command: string, ...args: unknown[]): Promise<void> {
    if (!this.servers.client?.isRunning) {
      void vscode.window.showWarningMessage(vscode.l10n.t('The Tiercel server is not running.'));
      return;
    }
    await vscode.commands.executeCommand(command, ...args);
  }

  private shown(uri: vscode.Uri): string {
    return this.servers.client?.language.code2ProtocolConverter.asUri(uri) ?? uri.toString();
  }
}

function isTrusted(): boolean {
  return vscode.workspace.isTrusted;
}
