import * as vscode from 'vscode';
import { pageOf, resourceRoots } from '../panels/page';
import type { ServerLifecycle } from '../server/lifecycle';
import type { FlowGraph, FromPage, Place, ToPage } from './messages';
import { TOPOLOGY_STYLE } from './style';
import { topologyTexts } from './texts';

const AFTER_EDIT = 300;
const AFTER_STATE = 120;

/** A panel with the graph of the flow in the editor: follows the cursor, shows the states of a run while it goes on. */
export class TopologyPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private shown: vscode.Uri | undefined;
  private flowId: string | undefined;
  private expanded = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private asked = 0;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly context: vscode.ExtensionContext, private readonly servers: ServerLifecycle) {
    this.subscriptions = [
      vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.follow(editor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.changed(document.uri, AFTER_EDIT)),
      // Each change of a state comes as findings on the lines of the flow.
      vscode.languages.onDidChangeDiagnostics(({ uris }) => uris.forEach((uri) => this.changed(uri, AFTER_STATE))),
      servers.onDidStart(() => this.askSoon(0)),
    ];
  }

  /** Open the panel, or bring it to the front, for the flow in the active editor. */
  show(): void {
    const editor = vscode.window.activeTextEditor;
    if (editor?.document.languageId === 'yaml') this.take(editor.document.uri);
    if (this.panel !== undefined) {
      this.panel.reveal(undefined, true);
      this.askSoon(0);
      return;
    }
    const extension = this.context.extensionUri;
    const options = { enableScripts: true, retainContextWhenHidden: true, localResourceRoots: resourceRoots(extension) };
    const place = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const title = vscode.l10n.t('Topology');
    const panel = vscode.window.createWebviewPanel('tiercel.topology', title, place, options);
    this.panel = panel;
    panel.webview.onDidReceiveMessage((message: FromPage) => void this.on(message));
    panel.onDidDispose(() => (this.panel = undefined));
    panel.webview.html = pageOf(panel.webview, extension, 'topology', title, TOPOLOGY_STYLE, { texts: topologyTexts() });
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.subscriptions.forEach((each) => each.dispose());
    this.panel?.dispose();
  }

  private take(uri: vscode.Uri): void {
    if (this.shown?.toString() === uri.toString()) return;
    this.shown = uri;
    this.flowId = undefined;
    this.expanded = new Set();
  }

  private follow(editor: vscode.TextEditor): void {
    const { document } = editor;
    if (!this.panel || document.languageId !== 'yaml') return;
    if (document.uri.toString() !== this.shown?.toString()) {
      this.take(document.uri);
      this.askSoon(0);
    } else if (this.servers.client) {
      const { line, character } = editor.selection.active;
      const uri = this.servers.client.language.code2ProtocolConverter.asUri(document.uri);
      this.post({ kind: 'cursor', uri, place: { line, character } });
      this.askForOther({ line, character });
    }
  }

  /** A document may hold several flows: that around the cursor is shown. */
  private askForOther(place: Place): void {
    void this.ask(place).then((graph) => {
      if (graph && graph.flowId !== this.flowId) this.send(graph);
    });
  }

  private changed(uri: vscode.Uri, delay: number): void {
    if (this.panel && uri.toString() === this.shown?.toString()) this.askSoon(delay);
  }

  private askSoon(delay: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), delay);
  }

  private async refresh(): Promise<void> {
    if (!this.panel) return;
    const number = ++this.asked;
    const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === this.shown?.toString());
    const graph = await this.ask(editor?.selection.active);
    if (number === this.asked) this.send(graph);
  }

  private async ask(place?: Place): Promise<FlowGraph | null> {
    const client = this.servers.client;
    if (!client?.isRunning || !this.shown) return null;
    const uri = client.language.code2ProtocolConverter.asUri(this.shown);
    const position = place && { line: place.line, character: place.character };
    try {
      return await client.language.sendRequest<FlowGraph | null>('tiercel/graph', { uri, position, expand: [...this.expanded] });
    } catch {
      return null; // The server is leaving, and the next one is asked again.
    }
  }

  private send(graph: FlowGraph | null): void {
    if (!this.panel) return;
    this.flowId = graph?.flowId;
    this.panel.title = graph ? vscode.l10n.t('Topology of {0}', graph.flowId) : vscode.l10n.t('Topology');
    this.post({ kind: 'graph', graph });
  }

  private post(message: ToPage): void {
    void this.panel?.webview.postMessage(message);
  }

  private async on(message: FromPage): Promise<void> {
    switch (message.kind) {
      case 'ready':
        await this.refresh();
        break;
      case 'expand':
        if (message.expanded) this.expanded.add(message.id);
        else this.expanded.delete(message.id);
        await this.refresh();
        break;
      case 'reveal':
        await this.reveal(message);
        break;
      case 'save':
        await this.save(message);
        break;
    }
  }

  private async reveal({ document, range }: Extract<FromPage, { kind: 'reveal' }>): Promise<void> {
    const client = this.servers.client;
    const uri = client ? client.language.protocol2CodeConverter.asUri(document) : vscode.Uri.parse(document);
    const { start, end } = range;
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    const beside = vscode.window.visibleTextEditors.find((each) => each.document.languageId === 'yaml')?.viewColumn;
    await vscode.window.showTextDocument(uri, { selection, viewColumn: beside ?? vscode.ViewColumn.One });
  }

  private async save({ format, content }: Extract<FromPage, { kind: 'save' }>): Promise<void> {
    const folder = this.shown && vscode.Uri.joinPath(this.shown, '..');
    const name = `${this.flowId ?? 'flow'}.${format}`;
    const options = { filters: { [format.toUpperCase()]: [format] }, ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}) };
    const target = await vscode.window.showSaveDialog(options);
    if (!target) return;
    await vscode.workspace.fs.writeFile(target, Buffer.from(content, format === 'png' ? 'base64' : 'utf-8'));
  }
}
