import * as vscode from 'vscode';
import type { FlowTracker } from '../flows/tracker';
import { setting } from '../server/find';
import { taskStates } from './record';
import { durationText, lookOf } from './states';
import type { RunStore } from './store';

const MARKED = ['RUNNING', 'SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'PAUSED', 'SKIPPED'] as const;
const OFTEN = 150;

/** Marks in the gutter beside the tasks of a flow: how their last run goes or went. Each state has its own shape. */
export class GutterMarks implements vscode.Disposable {
  private readonly types = new Map<string, vscode.TextEditorDecorationType>();
  private readonly subscriptions: vscode.Disposable[];
  private readonly edited = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(context: vscode.ExtensionContext, private readonly flows: FlowTracker, private readonly runs: RunStore) {
    for (const state of MARKED) {
      const icon = (theme: string): vscode.Uri =>
        vscode.Uri.joinPath(context.extensionUri, 'images', `${state.toLowerCase()}-${theme}.svg`);
      this.types.set(state, vscode.window.createTextEditorDecorationType({
        gutterIconSize: '70%', light: { gutterIconPath: icon('light') }, dark: { gutterIconPath: icon('dark') },
      }));
    }
    this.subscriptions = [
      runs.onDidChange(({ record, event }) => {
        if (event === undefined && !record.ended) this.edited.delete(record.uri);
        this.showSoon();
      }),
      flows.onDidChange(() => this.showSoon()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && !runs.isRunning(document.uri)) this.edited.add(document.uri.toString());
        this.showSoon();
      }),
      vscode.window.onDidChangeVisibleTextEditors(() => this.showSoon()),
      vscode.workspace.onDidChangeConfiguration(() => this.showSoon()),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const each of [...this.subscriptions, ...this.types.values()]) each.dispose();
  }

  private showSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const editor of vscode.window.visibleTextEditors) {
        if (editor.document.languageId === 'yaml') this.show(editor);
      }
    }, OFTEN);
  }

  private show(editor: vscode.TextEditor): void {
    const marks = new Map<string, vscode.DecorationOptions[]>(MARKED.map((state) => [state, []]));
    const record = this.runs.get(editor.document.uri);
    // An edit makes another flow of it: what is told then would be of the one before.
    const stale = this.edited.has(editor.document.uri.toString());
    if (record && !stale && setting<boolean>('run.gutterMarks')) {
      const flow = this.flows.flows(editor.document.uri).find((each) => each.id === record.flowId);
      const states = taskStates(record);
      for (const task of flow?.tasks ?? []) {
        const told = states.get(task.id);
        const line = task.range.start.line;
        if (!told || line >= editor.document.lineCount) continue;
        const text = `${lookOf(told.state).glyph} ${told.state} · ${durationText(told.seconds * 1000)}${told.runs > 1 ? ` · ${told.runs}×` : ''}`;
        marks.get(told.state)?.push({ range: editor.document.lineAt(line).range, hoverMessage: text });
      }
    }
    for (const [state, type] of this.types) editor.setDecorations(type, marks.get(state) ?? []);
  }
}
