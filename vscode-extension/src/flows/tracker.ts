import * as vscode from 'vscode';
import type { ServerLifecycle } from '../server/lifecycle';
import type { FormSchema } from '../runs/form';

export interface TaskPlace {
  readonly id: string;
  readonly type: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
  readonly parent: string | null;
  readonly section: string;
  readonly resume?: FormSchema;
}

export interface FlowPlace {
  readonly id: string | null;
  readonly namespace: string | null;
  readonly range: TaskPlace['range'];
  readonly inputs: number;
  readonly tasks: readonly TaskPlace[];
}

const PATIENCE = 250;

/** Which open documents are flows, as the server detects it, and where their tasks stand. Keeps the context key of menus. */
export class FlowTracker implements vscode.Disposable {
  private readonly known = new Map<string, readonly FlowPlace[]>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly subscriptions: vscode.Disposable[];
  readonly onDidChange = this.changed.event;

  constructor(private readonly servers: ServerLifecycle) {
    this.subscriptions = [
      servers.onDidStart(() => this.askForAll()),
      servers.onDidStop(() => this.forgetAll()),
      vscode.workspace.onDidOpenTextDocument((document) => this.askSoon(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.askSoon(document, PATIENCE)),
      vscode.workspace.onDidCloseTextDocument((document) => this.known.delete(document.uri.toString())),
      vscode.window.onDidChangeActiveTextEditor(() => this.tell()),
    ];
  }

  flows(uri: vscode.Uri): readonly FlowPlace[] {
    return this.known.get(uri.toString()) ?? [];
  }

  isFlow(uri: vscode.Uri): boolean {
    return this.flows(uri).length > 0;
  }

  /** The open document of a flow, "" where there is none. */
  uriOf(namespace: string, id: string): string {
    const found = [...this.known].find(([, flows]) => flows.some((flow) => flow.id === id && flow.namespace === namespace));
    return found?.[0] ?? '';
  }

  /** The flow and the top-level task around a position, each undefined where there is none. */
  around(uri: vscode.Uri, position: vscode.Position): { flow: FlowPlace | undefined; task: TaskPlace | undefined } {
    const before = (place: { range: TaskPlace['range'] }): boolean => place.range.start.line <= position.line;
    const flow = this.flows(uri).findLast(before) ?? this.flows(uri)[0];
    const task = flow?.tasks.filter((each) => each.parent === null && each.section === 'tasks').findLast(before);
    return { flow, task };
  }

  dispose(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.subscriptions.forEach((each) => each.dispose());
    this.changed.dispose();
  }

  private askForAll(): void {
    for (const document of vscode.workspace.textDocuments) this.askSoon(document, 0);
  }

  private forgetAll(): void {
    const uris = [...this.known.keys()];
    this.known.clear();
    for (const uri of uris) this.changed.fire(vscode.Uri.parse(uri));
    this.tell();
  }

  private askSoon(document: vscode.TextDocument, delay: number): void {
    if (document.languageId !== 'yaml') return;
    const uri = document.uri.toString();
    clearTimeout(this.waiting.get(uri));
    this.waiting.set(uri, setTimeout(() => void this.ask(document), delay));
  }

  private async ask(document: vscode.TextDocument): Promise<void> {
    const uri = document.uri.toString();
    this.waiting.delete(uri);
    const client = this.servers.client;
    if (!client?.isRunning || document.isClosed) return;
    try {
      const shown = client.language.code2ProtocolConverter.asUri(document.uri);
      const answer = await client.language.sendRequest<{ flows: FlowPlace[] }>('tiercel/flows', { uri: shown });
      this.known.set(uri, answer.flows);
    } catch {
      // An older server does not know the request: then no buttons, but all of the language.
      this.known.delete(uri);
    }
    this.changed.fire(document.uri);
    this.tell();
  }

  private tell(): void {
    const uri = vscode.window.activeTextEditor?.document.uri;
    void vscode.commands.executeCommand('setContext', 'tiercel.isFlow', uri !== undefined && this.isFlow(uri));
  }
}
