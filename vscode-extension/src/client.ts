import * as vscode from 'vscode';
import { LanguageClient, type LanguageClientOptions, type ServerOptions, State } from 'vscode-languageclient/node';
import { findServer, type ServerCommand } from './server';

const RUNNING_COMMANDS = new Set(['tiercel.run', 'tiercel.runTo', 'tiercel.runTask', 'tiercel.replayFrom', 'tiercel.runAgain']);

/** The language server's process and the talk with it. */
export class Client {
  private readonly output: vscode.LogOutputChannel;
  private client: LanguageClient | undefined;

  constructor(context: vscode.ExtensionContext) {
    this.output = vscode.window.createOutputChannel('Tiercel', { log: true });
    context.subscriptions.push(this.output);
  }

  get isRunning(): boolean {
    return this.client?.state === State.Running;
  }

  showLog(): void {
    this.output.show();
  }

  async start(): Promise<void> {
    const found = await findServer(vscode.workspace.getConfiguration('tiercel'), this.output);
    if (found === undefined) {
      await this.explainMissingServer();
      return;
    }
    this.output.info(`Starting ${[found.command, ...found.args].join(' ')} (${found.version})`);
    const client = new LanguageClient('tiercel', 'Tiercel', serverOptions(found), this.clientOptions());
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      void vscode.window.showErrorMessage('The Tiercel server could not be started; see its log.');
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client?.needsStop()) {
      await client.stop();
    }
    await client?.dispose();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: [{ language: 'yaml' }],
      outputChannel: this.output,
      initializationOptions: {
        kestraVersion: vscode.workspace.getConfiguration('tiercel').get<string | null>('kestraVersion'),
      },
      synchronize: {
        configurationSection: 'tiercel',
        fileEvents: vscode.workspace.createFileSystemWatcher('**/tiercel.yaml'),
      },
      middleware: {
        executeCommand: async (command, args, next) => {
          if (RUNNING_COMMANDS.has(command) && !vscode.workspace.isTrusted) {
            void vscode.window.showWarningMessage('Flows run only in workspaces that you trust.');
            return undefined;
          }
          return next(command, args);
        },
      },
    };
  }

  private async explainMissingServer(): Promise<void> {
    const settings = 'Open Settings';
    const chosen = await vscode.window.showErrorMessage(
      'No Tiercel server was found. Install it with "pip install tiercel" (Python 3.11 or newer), or say where it is.',
      settings,
    );
    if (chosen === settings) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'tiercel.');
    }
  }
}

function serverOptions(found: ServerCommand): ServerOptions {
  // Without a transport the client speaks over the standard streams.
  return { command: found.command, args: [...found.args, 'lsp'] };
}
