import * as vscode from 'vscode';
import type { SettingKey } from '../generated/contributions';
import { type Found, type Refusal, type ServerCommand, serverOfProgram, serverOfPython } from './command';
import type { OwnEnvironment } from './environment';
import { interpretersOfWorkspace, ON_PATH } from './interpreters';

export interface Search {
  readonly server: ServerCommand | undefined;
  readonly refusals: readonly Refusal[];
  /** A setting names a server that is none: nothing else is tried, the author shall know. */
  readonly settingFailed: boolean;
}

/** Settings of the extension, by their names without `tiercel.`. */
export function setting<Value>(name: SettingKey): Value | undefined {
  return vscode.workspace.getConfiguration('tiercel').get<Value>(name) ?? undefined;
}

/** The first server of: settings, the workspace's environment, the PATH, the extension's own environment. */
export async function findServer(own: OwnEnvironment): Promise<Search> {
  const refusals: Refusal[] = [];
  const bundled = setting<string>('useBundledServer');
  const take = (found: Found): ServerCommand | undefined => {
    if ('server' in found) return found.server;
    refusals.push(found.refusal);
    return undefined;
  };
  const program = setting<string>('serverPath');
  if (program) {
    const server = take(await serverOfProgram(program, 'setting'));
    return { server, refusals, settingFailed: server === undefined };
  }
  const interpreter = setting<string>('interpreter');
  if (interpreter && bundled !== 'always') {
    const server = take(await serverOfPython(interpreter, 'setting'));
    if (server !== undefined || bundled === 'never') return { server, refusals, settingFailed: server === undefined };
  }
  const steps: (() => Promise<Found>)[] = [];
  if (bundled !== 'always') {
    for (const each of await interpretersOfWorkspace()) steps.push(() => serverOfPython(each, 'workspace'));
    steps.push(() => serverOfProgram('tiercel', 'PATH'));
    for (const [each, before] of ON_PATH.slice(0, 2)) steps.push(() => serverOfPython(each, 'PATH', before));
  }
  if (bundled !== 'never') steps.push(() => own.existing());
  for (const step of steps) {
    const server = take(await step());
    if (server !== undefined) return { server, refusals, settingFailed: false };
  }
  return { server: undefined, refusals, settingFailed: false };
}

/** The interpreters that an environment of our own may be made with, the most wanted first. */
export async function makers(): Promise<(readonly [string, readonly string[]])[]> {
  const given = setting<string>('interpreter');
  const workspace = await interpretersOfWorkspace();
  return [...(given ? [[given, []] as const] : []), ...workspace.map((each) => [each, []] as const), ...ON_PATH];
}
