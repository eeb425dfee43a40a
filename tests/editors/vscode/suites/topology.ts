// The topology panel in VS Code: that it comes, and goes along with the editor. What it draws is tried in `../topology.ts`.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { extension, open, running, until } from './running.ts';

const flow = (id: string): string => `id: ${id}
namespace: company.team
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: hi
`;

function titles(): string[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return tabs.filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('tiercel.topology')).map(({ label }) => label);
}

export const run = running(() => {
  describe('the topology', () => {
    it('opens beside the flow, without taking the focus', async () => {
      const api = await extension();
      await until('a server', () => api.server());
      const document = await open('first.yaml', flow('first'));
      await until('the detection of the flow', () => api.isFlow(document.uri));
      await vscode.commands.executeCommand('tiercel.showTopology');
      await until('its graph', () => titles().includes('Topology of first'));
      assert.equal(vscode.window.activeTextEditor?.document.uri.toString(), document.uri.toString());
    });

    it('goes along to another flow, and there is one only', async () => {
      const document = await open('second.yaml', flow('second'));
      await until('the other graph', () => titles().includes('Topology of second'));
      await vscode.commands.executeCommand('tiercel.showTopology');
      assert.equal(titles().length, 1);
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 4, 0, 10), 'renamed');
      await vscode.workspace.applyEdit(edit);
      await until('the new name', () => titles().includes('Topology of renamed'));
    });
  });
});
