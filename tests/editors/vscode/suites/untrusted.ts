// A workspace that is not trusted: checked, never run, and it can't say what is executed.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { codes, extension, open, running, until } from './running.ts';

const FLOW = `id: sly
namespace: company.team
tasks:
  - id: touch
    type: io.kestra.plugin.core.log.Log
    message: "{{ inputs.none }}"
`;

export const run = running(() => {
  describe('in a workspace that is not trusted', () => {
    it('checks flows', async () => {
      assert.equal(vscode.workspace.isTrusted, false);
      const api = await extension();
      // The workspace holds an environment whose program leaves a mark, and settings that name it.
      const server = await until('a server', () => api.server());
      assert.equal(server.origin, 'PATH');
      const document = await open('sly.yaml', FLOW);
      await until('the finding', () => codes(document.uri).includes('unknown-input'));
    });

    it('runs nothing', async () => {
      const api = await extension();
      const document = await open('fine.yaml', FLOW.replace('{{ inputs.none }}', 'hi').replace('sly', 'fine'));
      await until('the flow', () => api.isFlow(document.uri));
      for (const [command, ...args] of [['tiercel.run', document.uri.toString(), {}, 'fine'], ['tiercel.runTo', document.uri.toString(), 'touch', 'fine']]) {
        const answer = await vscode.commands.executeCommand<{ started: boolean }>(String(command), ...args);
        assert.equal(answer.started, false);
      }
      assert.equal(api.run(document.uri), undefined);
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
      assert.deepEqual(lenses, []);
    });

    it('executes nothing of the workspace', async () => {
      const folder = vscode.workspace.workspaceFolders?.[0];
      assert.ok(folder);
      const names = (await vscode.workspace.fs.readDirectory(folder.uri)).map(([name]) => name);
      assert.ok(!names.includes('executed'), names.join(', '));
    });
  });
});
