import * as vscode from 'vscode';
import { Client } from './client';

let client: Client | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const started = new Client(context);
  client = started;
  context.subscriptions.push(
    vscode.commands.registerCommand('tiercel.runFlow', () => onActiveFlow('tiercel.run')),
    vscode.commands.registerCommand('tiercel.cancelFlow', () => onActiveFlow('tiercel.cancelRun')),
    vscode.commands.registerCommand('tiercel.restartServer', () => started.restart()),
    vscode.commands.registerCommand('tiercel.showLog', () => started.showLog()),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration('tiercel.serverPath') || event.affectsConfiguration('tiercel.interpreter')) {
        await started.restart();
      }
    }),
  );
  await started.start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

/** Run one of the server's commands on the flow in the active editor. */
async function onActiveFlow(command: string): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== 'yaml') {
    void vscode.window.showInformationMessage('Open a flow first.');
    return;
  }
  if (!client?.isRunning) {
    void vscode.window.showWarningMessage('The Tiercel server is not running.');
    return;
  }
  await vscode.commands.executeCommand(command, document.uri.toString());
}
