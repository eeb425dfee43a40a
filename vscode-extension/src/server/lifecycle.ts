import * as vscode from 'vscode';
import { Client } from '../client';
import { compareVersions, OLDEST_PYTHON, reason, type ServerCommand } from './command';
import { OwnEnvironment } from './environment';
import { findServer, makers, type Search, setting } from './find';
import { offer, openSettings, told } from './messages';

const DECLINED = 'declinedNewerServer';

/** Finds a server, makes one where there is none, keeps it alive, and says what goes wrong. */
export class ServerLifecycle implements vscode.Disposable {
  readonly output = vscode.window.createOutputChannel('Tiercel', { log: true });
  private readonly own: OwnEnvironment;
  private readonly created = new vscode.EventEmitter<Client>();
  private readonly started = new vscode.EventEmitter<Client>();
  private readonly stopped = new vscode.EventEmitter<void>();
  /** A client is there and not started yet: the time to listen to it. */
  readonly onWillStart = this.created.event;
  readonly onDidStart = this.started.event;
  readonly onDidStop = this.stopped.event;
  client: Client | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  /** Why there is no server: what was tried. */
  search: Search | undefined;

  constructor(private readonly context: vscode.ExtensionContext) {
    this.own = new OwnEnvironment(context, this.output);
  }

  /** Start, or start anew, one at a time. */
  restart(): Promise<void> {
    return this.inTurn(async () => {
      await this.client?.stop();
      this.client = undefined;
      const search = await this.find();
      this.search = search;
      if (search.server !== undefined) await this.launch(search.server);
    });
  }

  /** Make an environment of our own, whatever there is, and use it. */
  install(): Promise<void> {
    return this.inTurn(async () => {
      const server = await this.make();
      if (server === undefined) return;
      await this.client?.stop();
      await this.launch(server);
    });
  }

  async stop(): Promise<void> {
    await this.inTurn(async () => {
      await this.client?.stop();
      this.client = undefined;
    });
  }

  dispose(): void {
    this.output.dispose();
    this.created.dispose();
    this.started.dispose();
    this.stopped.dispose();
  }

  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.queue.then(work, work);
    this.queue = next.catch(() => undefined);
    return next;
  }

  private async find(): Promise<Search> {
    const search = await findServer(this.own);
    for (const { place, reason: why } of search.refusals) this.output.info(`No server in ${place}: ${why}`);
    if (search.server !== undefined) {
      void this.offerNewer(search.server);
      return search;
    }
    if (search.settingFailed) {
      this.explain(vscode.l10n.t('The settings name a Tiercel server that cannot be used: {0}', told(search.refusals).trim()));
      return search;
    }
    if (setting<string>('useBundledServer') === 'never') {
      this.explain(vscode.l10n.t('No Tiercel server was found. Install it with "pip install tiercel", or say where it is.'));
      return search;
    }
    return { ...search, server: await this.make() };
  }

  private async make(): Promise<ServerCommand | undefined> {
    const maker = await this.own.maker(await makers());
    if (maker === undefined) {
      this.explain(vscode.l10n.t('Tiercel needs Python {0} or newer, and none was found.', OLDEST_PYTHON));
      return undefined;
    }
    if (!maker.shipped) {
      const install = vscode.l10n.t('Install');
      const question = vscode.l10n.t(
        'What the Tiercel extension brings along does not fit Python {0} here. Install the server from the package index?', maker.python,
      );
      if ((await vscode.window.showInformationMessage(question, install, vscode.l10n.t('Not Now'))) !== install) return undefined;
    }
    const title = vscode.l10n.t('Tiercel: setting up the server (once)');
    try {
      const found = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title }, (progress) =>
        this.own.make(maker, (step) => {
          progress.report({ message: step === 'venv' ? vscode.l10n.t('making an environment…') : vscode.l10n.t('installing…') });
        }),
      );
      if ('server' in found) return found.server;
      this.explain(vscode.l10n.t('The Tiercel server was installed, but does not start: {0}', found.refusal.reason));
    } catch (error) {
      this.output.error(String(error));
      this.explain(vscode.l10n.t('The Tiercel server could not be installed: {0}', reason(error)));
    }
    return undefined;
  }

  private async launch(server: ServerCommand): Promise<void> {
    this.output.info(`Starting Tiercel ${server.version} (${server.origin}): ${[server.command, ...server.args].join(' ')}`);
    const client: Client = new Client(server, this.context, this.output, {
      onGaveUp: () => this.gaveUp(),
      onStarted: () => this.started.fire(client),
      onStopped: () => this.stopped.fire(),
    });
    this.client = client;
    this.created.fire(client);
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      this.explain(vscode.l10n.t('The Tiercel server could not be started: {0}', reason(error)));
    }
  }

  private async offerNewer(server: ServerCommand): Promise<void> {
    const shipped = await this.own.shippedVersion();
    if (shipped === undefined || server.origin === 'extension' || compareVersions(shipped, server.version) <= 0) return;
    if (this.context.globalState.get(DECLINED) === shipped) return;
    const text = vscode.l10n.t('Tiercel {0} is used ({1}); this extension comes with {2}.', server.version, server.command, shipped);
    await offer('information', text, [
      [vscode.l10n.t('Use {0}', shipped), () => this.install()],
      [vscode.l10n.t('Keep {0}', server.version), () => this.context.globalState.update(DECLINED, shipped)],
    ]);
  }

  private explain(text: string): void {
    void offer('error', text, [
      [vscode.l10n.t('Open Settings'), openSettings],
      [vscode.l10n.t('Try Again'), () => this.restart()],
      [vscode.l10n.t('Show Log'), () => this.output.show()],
    ]);
  }

  private gaveUp(): void {
    void offer('error', vscode.l10n.t('The Tiercel server keeps ending; it was not started again.'), [
      [vscode.l10n.t('Restart Server'), () => this.restart()],
      [vscode.l10n.t('Show Log'), () => this.output.show()],
    ]);
  }
}
