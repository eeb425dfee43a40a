import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type * as vscode from 'vscode';

const run = promisify(execFile);
const PATIENCE = 15_000;

/** How the server is called; `lsp` goes behind `args`. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
}

/** The first server that answers: of the settings, on the PATH, in a Python on the PATH. A setting that fails is told. */
export async function findServer(
  settings: vscode.WorkspaceConfiguration,
  output: vscode.LogOutputChannel,
): Promise<ServerCommand | undefined> {
  for (const [command, args] of candidates(settings)) {
    try {
      const { stdout } = await run(command, [...args, '--version'], { timeout: PATIENCE, windowsHide: true });
      const version = stdout.trim();
      if (version.startsWith('tiercel ')) {
        return { command, args, version };
      }
      output.warn(`${command} is not Tiercel: it says ${JSON.stringify(version.slice(0, 100))}`);
    } catch (error) {
      output.info(`No server by ${[command, ...args].join(' ')}: ${reason(error)}`);
    }
  }
  return undefined;
}

function candidates(settings: vscode.WorkspaceConfiguration): [string, string[]][] {
  const module = ['-m', 'tiercel_server'];
  const found: [string, string[]][] = [];
  const serverPath = settings.get<string | null>('serverPath');
  if (serverPath) {
    found.push([serverPath, []]);
  }
  const interpreter = settings.get<string | null>('interpreter');
  if (interpreter) {
    found.push([interpreter, module]);
  }
  if (found.length === 0) {
    found.push(['tiercel', []], ['python3', module], ['python', module]);
    if (process.platform === 'win32') {
      found.push(['py', ['-3', ...module]]);
    }
  }
  return found;
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? text;
}
