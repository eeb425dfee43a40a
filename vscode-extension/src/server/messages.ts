import * as vscode from 'vscode';
import type { Refusal } from './command';

type Step = () => unknown;

/** Show a message whose buttons do what they say. */
export async function offer(
  severity: 'error' | 'warning' | 'information', text: string, buttons: readonly (readonly [string, Step])[],
): Promise<void> {
  const labels = buttons.map(([label]) => label);
  const shown = {
    error: vscode.window.showErrorMessage,
    warning: vscode.window.showWarningMessage,
    information: vscode.window.showInformationMessage,
  }[severity];
  const chosen = await shown(text, ...labels);
  await buttons.find(([label]) => label === chosen)?.[1]();
}

export function openSettings(): Thenable<unknown> {
  return vscode.commands.executeCommand('workbench.action.openSettings', '@ext:tiercel.tiercel');
}

/** Where a server was looked for, and why there was none, a line each. */
export function told(refusals: readonly Refusal[]): string {
  return refusals.map(({ place, reason }) => `  ${place}: ${reason}`).join('\n');
}
