import * as vscode from 'vscode';
import {
  CloseAction, type CloseHandlerResult, ErrorAction, type Executable, LanguageClient, type LanguageClientOptions, State,
} from 'vscode-languageclient/node';
import type { ServerCommand } from './server/command';
import { setting } from './server/find';

const MOST_CRASHES = 4;
const WITHIN = 3 * 60_000;
/** Commands of the server that execute flows. */
const RUNNING = new Set(['tiercel.run', 'tiercel.runTo', 'tiercel.runTask', 'tiercel.replayFrom', 'tiercel.runAgain']);

export interface ClientEvents {
  /** Said once when a server could not be kept alive. */
  readonly onGaveUp: () => void;
  readonly onStarted: () => void;
  readonly onStopped: () => void;
}

/** One server's process and the talk with it. */
export class Client {
  readonly language: LanguageClient;
  private readonly crashes: number[] = [];

  constructor(
    readonly server: ServerCommand,
    context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
    private readonly events: ClientEvents,
  ) {
    // Not started in the workspace: what lies there must not be imported. Without a transport it is the standard streams.
    const executable: Executable = {
      command: server.command,
      args: [...server.args, 'lsp'],
      options: { cwd: context.extensionPath },
    };
    this.language = new LanguageClient('tiercel', 'Tiercel', executable, this.options());
    this.language.onDidChangeState(({ newState }) => {
      if (newState === State.Running) events.onStarted();
      if (newState === State.Stopped) events.onStopped();
    });
  }

  get isRunning(): boolean {
    return this.language.state === State.Running;
  }

  start(): Promise<void> {
    return this.language.start();
  }

  async stop(): Promise<void> {
    try {
      if (this.language.needsStop()) await this.language.stop(5000);
      await this.language.dispose();
    } catch (error) {
      this.output.debug(`The server had to be left: ${String(error)}`);
    }
  }

  private options(): LanguageClientOptions {
    const kestraVersion = setting<string>('kestraVersion');
    return {
      documentSelector: [{ language: 'yaml' }],
      outputChannel: this.output,
      initializationOptions: { inputs: true, runEvents: true, ...(kestraVersion ? { kestraVersion } : {}) },
      synchronize: {
        configurationSection: 'tiercel',
        fileEvents: vscode.workspace.createFileSystemWatcher('**/tiercel.yaml'),
      },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => this.closed(),
      },
      middleware: {
        executeCommand: async (command, args, next) => {
          if (RUNNING.has(command) && !vscode.workspace.isTrusted) {
            void vscode.window.showWarningMessage(vscode.l10n.t('Flows run only in workspaces that you trust.'));
            return { started: false, reason: 'untrusted' };
          }
          return next(command, args);
        },
        provideCodeLenses: (document, token, next) => (vscode.workspace.isTrusted ? next(document, token) : []),
      },
    };
  }

  private closed(): CloseHandlerResult {
    const now = Date.now();
    this.crashes.push(now);
    while ((this.crashes[0] ?? now) < now - WITHIN) this.crashes.shift();
    if (this.crashes.length <= MOST_CRASHES) {
      this.output.warn(`The server ended unexpectedly (${this.crashes.length}); it is started again.`);
      return { action: CloseAction.Restart, handled: true };
    }
    this.output.error(`The server ended ${this.crashes.length} times in three minutes.`);
    this.events.onGaveUp();
    return { action: CloseAction.DoNotRestart, handled: true };
  }
}
