// A machine without any Python: the extension says so, and breaks nothing.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, open, running, until } from './running.ts';

export const run = running(() => {
  describe('without an interpreter', () => {
    it('says where it looked', async () => {
      const api = await extension();
      const refusals = await until('the end of the search', () => api.refusals().length > 0 && api.refusals());
      assert.equal(api.server(), undefined);
      const places = refusals.map((refusal) => refusal.place);
      assert.ok(places.includes('tiercel') && places.includes('python3'), places.join(', '));
    });

    it('leaves files alone, and its commands answer', async () => {
      const document = await open('flow.yaml', 'id: a\nnamespace: b\ntasks: []\n');
      const api = await extension();
      assert.equal(api.isFlow(document.uri), false);
      await vscode.commands.executeCommand('tiercel.showStatus');
      assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /"server": null/);
    });

    it('takes a setting that names one', async () => {
      const api = await extension();
      const settings = vscode.workspace.getConfiguration('tiercel');
      await settings.update('interpreter', process.env['TIERCEL_TEST_PYTHON'], vscode.ConfigurationTarget.Global);
      const server = await until('the server', () => api.server());
      assert.equal(server.origin, 'setting');
    });
  });
});
