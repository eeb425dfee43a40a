// A real VS Code (code-server) with the packaged extension, for as long as something uses it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Editor {
  readonly base: string;
  readonly logs: string;
  stop(): Promise<void>;
}

export interface Wishes {
  readonly node: string;
  readonly entry: string;
  readonly scratch: string;
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly trust?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes suites for the extension host; hides toasts. VS Code 1.93 needs no flag for it, and has none. */
  readonly smoke?: boolean;
}

const SETTINGS = {
  'telemetry.telemetryLevel': 'off', 'workbench.startupEditor': 'none', 'extensions.autoUpdate': false, 'extensions.autoCheckUpdates': false,
  'update.mode': 'none', 'chat.disableAIFeatures': true, 'workbench.tips.enabled': false, 'workbench.secondarySideBar.defaultVisibility': 'hidden', 'window.menuBarVisibility': 'compact',
  'security.workspace.trust.startupPrompt': 'never', 'editor.minimap.enabled': false, 'workbench.welcomePage.walkthroughs.openOnInstall': false,
};
// No look-ups of extensions in galleries; and the PATH that is given, not that of the user's shell.
const ENVIRONMENT = { VSCODE_CLI: '1', EXTENSIONS_GALLERY: '{"serviceUrl":"","itemUrl":"","resourceUrlTemplate":"","controlUrl":""}' };

function folders(scratch: string, name: string): string[] {
  return ['--config', join(scratch, 'config.yaml'), '--user-data-dir', join(scratch, `data-${name}`), '--extensions-dir', join(scratch, 'extensions')];
}

/** Install a VSIX into the extensions folder that all editors of a scratch folder share. */
export function install({ node, entry, scratch }: Pick<Wishes, 'node' | 'entry' | 'scratch'>, vsix: string): void {
  mkdirSync(scratch, { recursive: true });
  writeFileSync(join(scratch, 'config.yaml'), 'auth: none\ncert: false\n');
  const command = [entry, ...folders(scratch, 'install'), '--install-extension', vsix, '--force'];
  execFileSync(node, command, { env: { ...process.env, ...ENVIRONMENT }, stdio: ['ignore', 'inherit', 'inherit'] });
}

export async function start(wishes: Wishes): Promise<Editor> {
  const { node, entry, scratch, name } = wishes;
  const data = join(scratch, `data-${name}`);
  rmSync(data, { recursive: true, force: true });
  mkdirSync(join(data, 'User'), { recursive: true });
  writeFileSync(join(data, 'User', 'settings.json'), JSON.stringify({ ...SETTINGS, ...wishes.settings, 'security.workspace.trust.enabled': wishes.trust ?? false }));
  const log = join(scratch, `server-${name}.log`);
  const flags = ['--bind-addr', '127.0.0.1:0', '--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'];
  if (!wishes.trust) flags.push('--disable-workspace-trust');
  if (wishes.smoke) flags.push('--vscode-option', 'enable-smoke-test-driver');
  const out = openSync(log, 'w');
  const server = spawn(node, [entry, ...folders(scratch, name), ...flags], {
    env: { ...process.env, ...ENVIRONMENT, ...wishes.environment }, stdio: ['ignore', out, out], detached: true,
  });
  const base = await until('the editor to listen', () => /http:\/\/127\.0\.0\.1:\d+/.exec(readFileSync(log, 'utf8'))?.[0], 60_000);
  await until('the editor to be healthy', async () => (await fetch(`${base}/healthz`)).ok, 60_000);
  return { base, logs: join(data, 'logs'), stop: () => end(server) };
}

export async function until<Value>(what: string, read: () => Value | undefined | false | Promise<Value | undefined | false>, patience = 30_000): Promise<Value> {
  const late = Date.now() + patience;
  while (Date.now() < late) {
    try {
      const value = await read();
      if (value !== undefined && value !== false) return value;
    } catch {
      // Not there yet.
    }
    await sleep(100);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** End the whole group: the extension host and language servers would live on. */
async function end(server: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => server.once('exit', resolve));
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      if (server.pid) process.kill(-server.pid, signal);
    } catch {
      return;
    }
    await Promise.race([gone, sleep(3000)]);
  }
}
