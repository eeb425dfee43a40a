// What every suite is: mocha in the extension host, its results told to the runner.
import Mocha from 'mocha';
import * as vscode from 'vscode';
import type { TiercelApi } from '../../../../vscode-extension/src/extension.ts';

export const PATIENCE = 60_000;

export function running(define: () => void): () => Promise<void> {
  return () =>
    new Promise((resolve, reject) => {
      const mocha = new Mocha({ ui: 'bdd', timeout: PATIENCE, reporter: Quiet });
      mocha.suite.emit('pre-require', globalThis as unknown as Mocha.MochaGlobals, '', mocha);
      define();
      mocha.run((failures) => (failures === 0 ? resolve() : reject(new Error(`${failures} failed`))));
    });
}

class Quiet extends Mocha.reporters.Base {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    let [passed, failed] = [0, 0];
    runner.on('pass', (test) => {
      passed += 1;
      console.log(`ok   ${test.fullTitle()} (${test.duration ?? 0} ms)`);
    });
    runner.on('fail', (test, error: Error) => {
      failed += 1;
      console.log(`FAIL ${test.fullTitle()}\n     ${error.stack ?? error.message}`);
    });
    runner.on('end', () => console.log(`tiercel-result ${JSON.stringify({ passed, failed })}`));
  }
}

export async function until<Value>(what: string, read: () => Value | undefined | false | Promise<Value | undefined | false>): Promise<Value> {
  const late = Date.now() + PATIENCE - 5000;
  while (Date.now() < late) {
    const value = await read();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

export async function extension(): Promise<TiercelApi> {
  const found = vscode.extensions.getExtension<TiercelApi>('tiercel.tiercel');
  if (found === undefined) throw new Error('the extension is not installed');
  return found.activate();
}

/** A file of the open folder, opened in an editor. */
export async function open(name: string, text: string): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (folder === undefined) throw new Error('no folder is open');
  const uri = vscode.Uri.joinPath(folder.uri, name);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, vscode.ViewColumn.One);
  return document;
}

export function codes(uri: vscode.Uri): string[] {
  return vscode.languages.getDiagnostics(uri).map(({ code }) => String(typeof code === 'object' ? code.value : code));
}

export function place(document: vscode.TextDocument, text: string, more = 0): vscode.Position {
  const at = document.getText().indexOf(text);
  if (at < 0) throw new Error(`${text} is not in the document`);
  return document.positionAt(at + more);
}

export async function replace(document: vscode.TextDocument, old: string, by: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(place(document, old), place(document, old, old.length)), by);
  await vscode.workspace.applyEdit(edit);
}
