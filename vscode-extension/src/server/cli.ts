import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { ServerLifecycle } from './lifecycle';

export interface CliAnswer {
  readonly code: number;
  readonly output: string;
  readonly error: string;
}

const PATIENCE = 60_000;
const MOST = 64 * 1024 * 1024;

/** The command line of the server in use, for what the protocol has no word for. Rejects never; a failure has a code. */
export class Cli {
  constructor(private readonly servers: ServerLifecycle, private readonly context: vscode.ExtensionContext) {}

  /** Run a subcommand for the workspace that `near` (a file) belongs to, or for the first folder that is open. */
  run(args: readonly string[], near?: vscode.Uri): Promise<CliAnswer> {
    const server = this.servers.client?.server;
    if (server === undefined) return Promise.resolve({ code: -1, output: '', error: vscode.l10n.t('The Tiercel server is not running.') });
    const folder = near ? vscode.workspace.getWorkspaceFolder(near)?.uri.fsPath ?? dirname(near.fsPath) : firstFolder();
    const command = [...server.args, ...args];
    if (folder !== undefined) command.push('--workspace', folder);
    const cwd = this.context.extensionPath;
    return new Promise((resolve) => {
      execFile(server.command, command, { cwd, timeout: PATIENCE, maxBuffer: MOST, windowsHide: true }, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        resolve({ code, output: stdout, error: stderr.trim() || (error && code === -1 ? error.message : '') });
      });
    });
  }
}

function firstFolder(): string | undefined {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
}
