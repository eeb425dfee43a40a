import { access } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';

/** What of the Python extension's API is used here. */
interface PythonApi {
  readonly ready?: Promise<void>;
  readonly environments: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
    resolveEnvironment(path: { readonly path: string }): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
  };
}

/** Interpreters on the PATH, as [program, arguments before all others]. */
export const ON_PATH: readonly (readonly [string, readonly string[]])[] =
  process.platform === 'win32'
    ? [['py', ['-3']], ['python', []], ['python3', []]]
    : [['python3', []], ['python', []], ['python3.13', []], ['python3.12', []], ['python3.11', []]];

/**
 * The interpreters of the workspace: the one chosen in the Python extension, else environments in its folders.
 * None in a workspace that is not trusted: it could bring its own programs.
 */
export async function interpretersOfWorkspace(): Promise<string[]> {
  if (!vscode.workspace.isTrusted) return [];
  const chosen = await chosenInPythonExtension();
  const found = chosen === undefined ? [] : [chosen];
  const tail = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    for (const name of ['.venv', 'venv']) {
      const path = join(folder.uri.fsPath, name, ...tail);
      if (folder.uri.scheme === 'file' || folder.uri.scheme === 'vscode-remote') {
        if (await exists(path)) found.push(path);
      }
    }
  }
  return [...new Set(found)];
}

/** Call back when another environment is chosen in the Python extension. */
export async function onDidChangeEnvironment(listener: () => void): Promise<vscode.Disposable | undefined> {
  const api = await pythonApi();
  return api?.environments.onDidChangeActiveEnvironmentPath(listener);
}

async function chosenInPythonExtension(): Promise<string | undefined> {
  try {
    const api = await pythonApi();
    if (api === undefined) return undefined;
    const path = api.environments.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
    const environment = await api.environments.resolveEnvironment(path);
    return environment?.executable.uri?.fsPath;
  } catch {
    return undefined;
  }
}

async function pythonApi(): Promise<PythonApi | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
  if (extension === undefined) return undefined;
  try {
    const api = extension.isActive ? extension.exports : await extension.activate();
    await api?.ready;
    return api;
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
