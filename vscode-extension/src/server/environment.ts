import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type * as vscode from 'vscode';
import { askPython, compareVersions, type Found, OLDEST_PYTHON, serverOfPython } from './command';

const execute = promisify(execFile);
const PATIENCE = 600_000;

/** What the extension ships: wheels by version of Python, as tools/package-vsix.sh wrote it down. */
interface Bundle {
  readonly version: string;
  readonly target: string;
  readonly pip: string;
  readonly wheels: Readonly<Record<string, readonly string[]>>;
}

/** A Python that an environment can be made with. `shipped`: the wheels of the extension fit it. */
export interface Maker {
  readonly interpreter: string;
  readonly before: readonly string[];
  readonly python: string;
  readonly shipped: boolean;
}

/** The environment of the extension's own, in its storage: one for each version of the extension. */
export class OwnEnvironment {
  private bundle: Promise<Bundle | undefined> | undefined;

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly output: vscode.LogOutputChannel,
  ) {}

  /** The version of the server that the extension ships, undefined where it ships none. */
  async shippedVersion(): Promise<string | undefined> {
    return (await this.read())?.version;
  }

  /** The server of the environment, where it was made before and is whole. */
  async existing(): Promise<Found> {
    const place = this.folder;
    try {
      await access(join(place, 'complete'));
    } catch {
      return { refusal: { place: "the extension's own environment", reason: 'not made yet' } };
    }
    return serverOfPython(this.python, 'extension');
  }

  /** The first of some interpreters that can make an environment: those that the shipped wheels fit come first. */
  async maker(interpreters: readonly (readonly [string, readonly string[]])[]): Promise<Maker | undefined> {
    const bundle = await this.read();
    const fit: Maker[] = [];
    for (const [interpreter, before] of interpreters) {
      try {
        const { python, implementation } = await askPython(interpreter, before);
        if (compareVersions(python, OLDEST_PYTHON) < 0 || implementation !== 'cpython') continue;
        const shipped = bundle?.wheels[minor(python)] !== undefined && bundle.target === thisTarget();
        if (shipped) return { interpreter, before, python, shipped };
        fit.push({ interpreter, before, python, shipped });
      } catch {
        // No Python, or one that can't be started: the next.
      }
    }
    return fit[0];
  }

  /** Make it anew: from the shipped wheels, without a network, or from the package index. Rejects with pip's last words. */
  async make(maker: Maker, progress: (step: string) => void): Promise<Found> {
    const bundle = await this.read();
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.context.globalStorageUri.fsPath, { recursive: true });
    progress('venv');
    // Some systems ship Python without ensurepip: pip is brought along.
    const pip = bundle ? join(this.context.extensionPath, 'bundled', 'wheels', bundle.pip) : undefined;
    await this.run(maker.interpreter, [...maker.before, '-m', 'venv', ...(pip ? ['--without-pip'] : []), this.folder]);
    progress('pip');
    const installer = pip ? [join(pip, 'pip')] : ['-m', 'pip'];
    const flags = ['install', '--quiet', '--disable-pip-version-check', '--no-input', '--no-warn-script-location'];
    if (maker.shipped && bundle) {
      const wheels = bundle.wheels[minor(maker.python)] ?? [];
      const files = wheels.map((name) => join(this.context.extensionPath, 'bundled', 'wheels', name));
      await this.run(this.python, [...installer, ...flags, '--no-index', '--no-deps', ...files]);
    } else {
      await this.run(this.python, [...installer, ...flags, bundle ? `tiercel>=${bundle.version}` : 'tiercel']);
    }
    await writeFile(join(this.folder, 'complete'), `${maker.python}\n`);
    return this.existing();
  }

  private get folder(): string {
    const version = String((this.context.extension.packageJSON as { version: unknown }).version);
    return join(this.context.globalStorageUri.fsPath, `server-${version}`);
  }

  private get python(): string {
    return process.platform === 'win32' ? join(this.folder, 'Scripts', 'python.exe') : join(this.folder, 'bin', 'python');
  }

  private read(): Promise<Bundle | undefined> {
    this.bundle ??= readFile(join(this.context.extensionPath, 'bundled', 'bundle.json'), 'utf8').then(
      (text) => JSON.parse(text) as Bundle,
      () => undefined,
    );
    return this.bundle;
  }

  private async run(program: string, args: readonly string[]): Promise<void> {
    const wheels = args.filter((each) => each.endsWith('.whl')).length;
    const shown = args.filter((each) => !each.endsWith('.whl')).join(' ');
    this.output.info(`${program} ${shown}${wheels > 0 ? ` (${wheels} wheels)` : ''}`);
    // The user's own pip settings could send it elsewhere, or into another folder.
    const env = { ...process.env, PIP_CONFIG_FILE: args.includes('--no-index') ? devNull() : process.env['PIP_CONFIG_FILE'] };
    const cwd = this.context.globalStorageUri.fsPath;
    await execute(program, args, { timeout: PATIENCE, windowsHide: true, maxBuffer: 1 << 24, env, cwd });
  }
}

function thisTarget(): string {
  return `${process.platform}-${process.arch}`;
}

function minor(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function devNull(): string {
  return process.platform === 'win32' ? 'nul' : '/dev/null';
}
