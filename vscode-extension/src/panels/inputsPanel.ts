import * as vscode from 'vscode';
import type { FormSchema, Question } from '../runs/form';
import { pageOf, resourceRoots } from './page';
import { INPUTS_STYLE } from './style';
import { inputTexts } from './texts';

type FromPage = { kind: 'submit'; values: Record<string, unknown> } | { kind: 'cancel' } | { kind: 'browse'; name: string };

/** Asks for values beside the editor. Values that were given stay for the next time, but for secrets. */
export class InputsForm {
  private open: vscode.WebviewPanel | undefined;

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** The values, undefined when the user thinks better of it. */
  ask(question: Question): Promise<Record<string, unknown> | undefined> {
    this.open?.dispose();
    const title = question.purpose === 'run'
      ? vscode.l10n.t('Inputs of {0}', question.flowId)
      : vscode.l10n.t('Resume {0}', question.schema.title);
    const extension = this.context.extensionUri;
    const options = { enableScripts: true, localResourceRoots: resourceRoots(extension) };
    const panel = vscode.window.createWebviewPanel('tiercel.inputs', title, { viewColumn: vscode.ViewColumn.Beside }, options);
    this.open = panel;
    const memory = `inputs:${question.purpose}:${question.uri}:${question.flowId}`;
    const kept = this.context.workspaceState.get<Record<string, unknown>>(memory, {});
    const data = { question: { ...question, values: { ...kept, ...question.values } }, texts: inputTexts(), title };
    panel.webview.html = pageOf(panel.webview, extension, 'inputs', title, INPUTS_STYLE, data);
    return new Promise((resolve) => {
      panel.webview.onDidReceiveMessage(async (message: FromPage) => {
        if (message.kind === 'browse') {
          const picked = await vscode.window.showOpenDialog({ title: message.name, canSelectMany: false });
          if (picked?.[0]) await panel.webview.postMessage({ kind: 'picked', name: message.name, path: picked[0].fsPath });
          return;
        }
        if (message.kind === 'submit') {
          await this.context.workspaceState.update(memory, withoutSecrets(question.schema, message.values));
          resolve(message.values);
        }
        panel.dispose();
      });
      panel.onDidDispose(() => {
        if (this.open === panel) this.open = undefined;
        resolve(undefined);
      });
    });
  }
}

function withoutSecrets(schema: FormSchema, values: Record<string, unknown>): Record<string, unknown> {
  const isSecret = (name: string): boolean => schema.properties[name]?.['x-kestra-type'] === 'SECRET';
  return Object.fromEntries(Object.entries(values).filter(([name]) => !isSecret(name)));
}
