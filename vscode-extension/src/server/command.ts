import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const PATIENCE = 20_000;

/** The oldest server that this extension can talk to, and the oldest Python that runs one. */
export const OLDEST_SERVER = '0.1.0';
export const OLDEST_PYTHON = '3.11';

/** How the server is called; the subcommand goes behind `args`. */
export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly version: string;
  readonly origin: string;
}

/** Why a place where a server could be has none. */
export interface Refusal {
  readonly place: string;
  readonly reason: string;
}

export type Found = { readonly server: ServerCommand } | { readonly refusal: Refusal };

// -P keeps the folder that Python is started in from being imported from.
const MODULE = ['-P', '-m', 'tiercel_server'];
const QUESTION = `
import json, sys
version = None
if sys.version_info >= (3, 11):
    try:
        import importlib.metadata
        version = importlib.metadata.version("tiercel")
    except Exception:
        pass
print(json.dumps({"python": "%d.%d.%d" % sys.version_info[:3], "implementation": sys.implementation.name, "tiercel": version}))
`;

export interface PythonFacts {
  readonly python: string;
  readonly implementation: string;
  readonly tiercel: string | null;
}

/** Ask an interpreter for its version and that of its Tiercel; rejects where it is no Python. */
export async function askPython(interpreter: string, before: readonly string[] = []): Promise<PythonFacts> {
  const answered = await run(interpreter, [...before, '-I', '-c', QUESTION]);
  return JSON.parse(answered.trim().split('\n').at(-1) ?? '') as PythonFacts;
}

/** The server of a Python interpreter. */
export async function serverOfPython(interpreter: string, origin: string, before: readonly string[] = []): Promise<Found> {
  const place = [interpreter, ...before].join(' ');
  try {
    const facts = await askPython(interpreter, before);
    if (compareVersions(facts.python, OLDEST_PYTHON) < 0) {
      return { refusal: { place, reason: `Python ${facts.python}, ${OLDEST_PYTHON} or newer is needed` } };
    }
    if (facts.tiercel === null) {
      return { refusal: { place, reason: `Python ${facts.python} without tiercel` } };
    }
    return judged({ command: interpreter, args: [...before, ...MODULE], version: facts.tiercel, origin });
  } catch (error) {
    return { refusal: { place, reason: reason(error) } };
  }
}

/** The server that a `tiercel` program is. */
export async function serverOfProgram(program: string, origin: string): Promise<Found> {
  try {
    const said = (await run(program, ['--version'])).trim();
    const version = /^tiercel (\S+)/.exec(said)?.[1];
    if (version === undefined) {
      return { refusal: { place: program, reason: `is not Tiercel: it says ${JSON.stringify(said.slice(0, 80))}` } };
    }
    return judged({ command: program, args: [], version, origin });
  } catch (error) {
    return { refusal: { place: program, reason: reason(error) } };
  }
}

/** Numbers of versions compared: negative where `left` is the older. */
export function compareVersions(left: string, right: string): number {
  const numbers = (version: string): number[] => (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
  const [one, two] = [numbers(left), numbers(right)];
  for (let index = 0; index < Math.max(one.length, two.length); index += 1) {
    const difference = (one[index] ?? 0) - (two[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function judged(server: ServerCommand): Found {
  if (compareVersions(server.version, OLDEST_SERVER) < 0) {
    const place = server.command;
    return { refusal: { place, reason: `Tiercel ${server.version}, ${OLDEST_SERVER} or newer is needed` } };
  }
  return { server };
}

/** Run a program away from the workspace, whose files must not be taken for programs or modules. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, args, { timeout: PATIENCE, windowsHide: true, cwd: homedir() });
  return stdout;
}

export function reason(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'not there';
  const said = error instanceof Error ? error.message : String(error);
  return said.trim().split('\n').at(-1) ?? said;
}
