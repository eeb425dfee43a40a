import * as vscode from 'vscode';
import { quietRedHatYaml } from './flows/redhat';
import { FlowTracker } from './flows/tracker';
import type { CommandId } from './generated/contributions';
import { HistoryView } from './history/view';
import { InputsForm } from './panels/inputsPanel';
import { RunPanel } from './panels/runPanel';
import { RunActions } from './runs/actions';
import { GutterMarks } from './runs/marks';
import type { Question } from './runs/form';
import type { RunRecord } from './runs/record';
import { RunStore } from './runs/store';
import { Cli } from './server/cli';
import { onDidChangeEnvironment } from './server/interpreters';
import { ServerLifecycle } from './server/lifecycle';
import { TopologyPanel } from './topology/panel';

/** What other extensions may ask this one. */
export interface TiercelApi {
  /** The server in use, undefined where there is none. */
  server(): { version: string; origin: string; command: string } | undefined;
  /** Why places without a server have none. */
  refusals(): readonly { place: string; reason: string }[];
  isFlow(uri: vscode.Uri): boolean;
  /** The last run of a document. */
  run(uri: vscode.Uri): RunRecord | undefined;
}

let servers: ServerLifecycle | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<TiercelApi> {
  const lifecycle = new ServerLifecycle(context);
  servers = lifecycle;
  const flows = new FlowTracker(lifecycle);
  const runs = new RunStore();
  const cli = new Cli(lifecycle, context);
  const form = new InputsForm(context);
  const actions = new RunActions(lifecycle, flows, runs, form, cli);
  const panel = new RunPanel(context, runs, flows, actions, cli);
  const history = new HistoryView(cli, panel, flows, runs);
  const topology = new TopologyPanel(context, lifecycle);
  context.subscriptions.push(lifecycle, flows, runs, panel, history, topology, new GutterMarks(context, flows, runs));

  lifecycle.onWillStart((client) => {
    runs.attach(client);
    client.language.onRequest('tiercel/inputs', async (question: Omit<Question, 'purpose'>) => {
      const inputs = await form.ask({ ...question, purpose: 'run' });
      return inputs === undefined ? null : { inputs };
    });
  });
  lifecycle.onDidStart(() => history.refresh());
  lifecycle.onDidStop(() => runs.endAll());

  const onActive = (work: (uri: vscode.Uri) => unknown) => () => {
    const uri = vscode.window.activeTextEditor?.document.uri;
    return uri && work(uri);
  };
  const commands: Record<CommandId, (...args: never[]) => unknown> = {
    'tiercel.runFlow': () => actions.run(),
    'tiercel.rerunFlow': () => actions.rerun(),
    'tiercel.runToCursor': () => actions.runTo(),
    'tiercel.replayFromCursor': () => actions.replayFrom(),
    'tiercel.cancelFlow': () => actions.cancel(),
    'tiercel.showRun': onActive((uri) => panel.showOf(uri)),
    'tiercel.showTopology': () => topology.show(),
    'tiercel.resumeRun': () => actions.resume(),
    'tiercel.history.refresh': () => history.refresh(),
    'tiercel.history.search': () => history.askForSearch(),
    'tiercel.history.clear': () => history.searchFor(''),
    'tiercel.history.open': (listed: Parameters<HistoryView['open']>[0]) => history.open(listed),
    'tiercel.history.replay': (listed: Parameters<HistoryView['replay']>[0]) => history.replay(listed),
    'tiercel.restartServer': () => lifecycle.restart(),
    'tiercel.installServer': () => lifecycle.install(),
    'tiercel.showLog': () => lifecycle.output.show(),
    'tiercel.showStatus': () => showStatus(lifecycle),
    'tiercel.openWalkthrough': () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', 'tiercel.tiercel#start', false),
  };
  for (const [name, run] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(name, run as (...args: unknown[]) => unknown));
  }
  context.subscriptions.push(
    ...keepRunningKey(runs),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      const names = ['serverPath', 'interpreter', 'useBundledServer'];
      if (names.some((name) => event.affectsConfiguration(`tiercel.${name}`))) await lifecycle.restart();
    }),
    // What the workspace brings may be used from now on.
    vscode.workspace.onDidGrantWorkspaceTrust(() => lifecycle.restart()),
  );
  // Answering at once keeps what waits for this extension from waiting for a server that is being installed.
  void lifecycle.restart().then(async () => {
    const listening = await onDidChangeEnvironment(() => void lifecycle.restart());
    if (listening) context.subscriptions.push(listening);
    await quietRedHatYaml(flows);
  });
  return {
    server: () => {
      const client = lifecycle.client;
      return client?.isRunning ? { ...client.server } : undefined;
    },
    refusals: () => lifecycle.search?.refusals ?? [],
    isFlow: (uri) => flows.isFlow(uri),
    run: (uri) => runs.get(uri),
  };
}

export async function deactivate(): Promise<void> {
  await servers?.stop();
}

function keepRunningKey(runs: RunStore): vscode.Disposable[] {
  const tell = (): void => {
    const uri = vscode.window.activeTextEditor?.document.uri;
    void vscode.commands.executeCommand('setContext', 'tiercel.isRunning', uri !== undefined && runs.isRunning(uri));
  };
  return [
    runs.onDidChange(({ event }) => {
      if (event === undefined) tell();
    }),
    vscode.window.onDidChangeActiveTextEditor(tell),
  ];
}

async function showStatus(servers: ServerLifecycle): Promise<void> {
  const client = servers.client;
  const status = client?.isRunning
    ? { ...client.server, ...(await vscode.commands.executeCommand<object>('tiercel.status')) }
    : { server: null, tried: servers.search?.refusals ?? [] };
  const document = await vscode.workspace.openTextDocument({ language: 'json', content: `${JSON.stringify(status, null, 2)}\n` });
  await vscode.window.showTextDocument(document);
}
