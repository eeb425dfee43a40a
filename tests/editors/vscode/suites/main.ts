// An author's day, against the installed VSIX with the server that it brings along.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { TiercelApi } from '../../../../vscode-extension/src/extension.ts';
import { codes, extension, open, place, replace, running, until } from './running.ts';

const GREETING = `id: greeting
namespace: company.team
inputs:
  - id: who
    type: STRING
tasks:
  - id: greet
    type: io.kestra.plugin.core.debug.Return
    format: "Hello, {{ inputs.whom }}"
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.greet.value }}"
`;
const FAILING = `id: failing
namespace: company.team
tasks:
  - id: fine
    type: io.kestra.plugin.core.log.Log
    message: so far so good
  - id: breaks
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: it broke here
`;
const SLOW = `id: slow
namespace: company.team
tasks:
  - id: sleep
    type: io.kestra.plugin.core.flow.Sleep
    duration: PT5M
`;
const PAUSING = `id: pausing
namespace: company.team
tasks:
  - id: wait
    type: io.kestra.plugin.core.flow.Pause
  - id: after
    type: io.kestra.plugin.core.log.Log
    message: went on
`;
const COMPOSE = `services:
  web:
    image: nginx
`;

async function ended(api: TiercelApi, document: vscode.TextDocument): Promise<string> {
  return until('the end of the run', () => {
    const run = api.run(document.uri);
    return run?.ended && run.state;
  });
}

async function lenses(document: vscode.TextDocument): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
  return found.map((lens) => lens.command?.title ?? '');
}

export const run = running(() => {
  describe('VS Code', () => {
    let api: TiercelApi;
    let document: vscode.TextDocument;
    const began = Date.now();

    it('activates, with the server that it brings along', async () => {
      api = await extension();
      const server = await until('a server', () => api.server());
      console.log(`     server ${server.version} of the ${server.origin}, ${Date.now() - began} ms after the suite began`);
      assert.equal(server.origin, 'extension', JSON.stringify(api.refusals()));
    });

    it('marks a mistake on its place', async () => {
      const opened = Date.now();
      document = await open('greeting.yaml', GREETING);
      await until('the finding', () => codes(document.uri).includes('unknown-input'));
      console.log(`     first findings ${Date.now() - opened} ms after the file was opened`);
      const [finding] = vscode.languages.getDiagnostics(document.uri);
      assert.equal(finding?.range.start.line, place(document, 'inputs.whom').line);
      assert.equal(finding?.source, 'tiercel');
    });

    it('recognises the flow', () => until('the flow', () => api.isFlow(document.uri)));

    it('completes inputs', async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider', document.uri, place(document, 'inputs.whom', 'inputs.'.length),
      );
      assert.ok(list.items.some((item) => (typeof item.label === 'string' ? item.label : item.label.label) === 'who'));
    });

    it('mends the mistake with a quick fix', async () => {
      const [finding] = vscode.languages.getDiagnostics(document.uri);
      assert.ok(finding);
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider', document.uri, finding.range, vscode.CodeActionKind.QuickFix.value, 20,
      );
      const fix = actions.find((action) => action.edit && action.diagnostics?.length) ?? actions.find((action) => action.edit);
      assert.ok(fix?.edit, actions.map((action) => action.title).join(', '));
      await vscode.workspace.applyEdit(fix.edit);
      assert.ok(document.getText().includes('{{ inputs.who }}'), document.getText());
      await until('no finding', () => vscode.languages.getDiagnostics(document.uri).length === 0);
    });

    it('renames an input everywhere', async () => {
      await document.save();
      const edit = await until('the rename', async () => {
        try {
          return await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
            'vscode.executeDocumentRenameProvider', document.uri, place(document, 'who'), 'name',
          );
        } catch {
          return undefined; // The workspace is still being read.
        }
      });
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(document.getText().includes('- id: name') && document.getText().includes('{{ inputs.name }}'), document.getText());
    });

    it('offers lenses', async () => {
      const titles = await lenses(document);
      assert.ok(titles.includes('▶ Run') && titles.includes('▶ Run to here'), titles.join(', '));
    });

    it('runs with inputs', async () => {
      const answer = await vscode.commands.executeCommand('tiercel.run', document.uri.toString(), { name: 'Ada' }, 'greeting');
      assert.deepEqual(answer, { started: true });
      assert.equal(await ended(api, document), 'SUCCESS');
      const record = api.run(document.uri);
      assert.ok(record?.logs.some((log) => log.taskId === 'say' && log.message === 'Hello, Ada'), JSON.stringify(record?.logs));
      assert.deepEqual(record?.taskRuns.map((each) => [each.taskId, each.state]), [['greet', 'SUCCESS'], ['say', 'SUCCESS']]);
    });

    it('shows a failure on its line', async () => {
      const failing = await open('failing.yaml', FAILING);
      await until('the flow', () => api.isFlow(failing.uri));
      await vscode.commands.executeCommand('tiercel.runFlow');
      assert.equal(await ended(api, failing), 'FAILED');
      const finding = await until('the failure', () =>
        vscode.languages.getDiagnostics(failing.uri).find(({ code, range }) => code === 'run-failed' && range.start.line === place(failing, 'breaks').line),
      );
      assert.match(finding.message, /it broke here/);
      await replace(failing, 'it broke here', 'not now');
      await until('the failure to go', () => !codes(failing.uri).includes('run-failed'));
    });

    it('cancels a run', async () => {
      const slow = await open('slow.yaml', SLOW);
      await until('the flow', () => api.isFlow(slow.uri));
      await vscode.commands.executeCommand('tiercel.runFlow');
      await until('the task at work', () => api.run(slow.uri)?.taskRuns.some((each) => each.state === 'RUNNING'));
      assert.deepEqual((await lenses(slow)).filter((title) => title.includes('Cancel')).length, 1);
      await vscode.window.showTextDocument(slow, vscode.ViewColumn.One);
      await vscode.commands.executeCommand('tiercel.cancelFlow');
      assert.match(await ended(api, slow), /CANCELLED|KILLED/);
    });

    it('resumes a paused run', async () => {
      const pausing = await open('pausing.yaml', PAUSING);
      await until('the flow', () => api.isFlow(pausing.uri));
      await vscode.commands.executeCommand('tiercel.runFlow');
      await until('the pause', () => api.run(pausing.uri)?.taskRuns.some((each) => each.state === 'PAUSED'));
      await vscode.window.showTextDocument(pausing, vscode.ViewColumn.One);
      await vscode.commands.executeCommand('tiercel.resumeRun');
      assert.equal(await ended(api, pausing), 'SUCCESS');
    });

    it('leaves other YAML alone', async () => {
      const compose = await open('compose.yaml', COMPOSE);
      const marked = await open('marked.yaml', GREETING.replace('id: greeting', 'id: marked'));
      await until('findings elsewhere', () => codes(marked.uri).length > 0);
      assert.deepEqual(codes(compose.uri), []);
      assert.deepEqual(await lenses(compose), []);
      assert.equal(api.isFlow(compose.uri), false);
    });

    it('starts the server again after a crash', async () => {
      const before = await vscode.commands.executeCommand<{ process: number; memory: { bytes: number } }>('tiercel.status');
      console.log(`     the server uses ${Math.round(before.memory.bytes / 1e6)} MB`);
      process.kill(before.process, 'SIGKILL');
      const after = await until('another process', async () => {
        try {
          const status = await vscode.commands.executeCommand<{ process: number }>('tiercel.status');
          return status.process !== before.process && status;
        } catch {
          return undefined;
        }
      });
      assert.notEqual(after.process, before.process);
      const again = await open('again.yaml', GREETING.replace('id: greeting', 'id: again'));
      await until('findings', () => codes(again.uri).includes('unknown-input'));
      await until('the flow', () => api.isFlow(again.uri));
    });
  });
});
