import * as vscode from 'vscode';
import type { Client } from '../client';
import { type Event, fold, newRecord, type RunRecord } from './record';

interface Told { readonly uri: string; readonly flowId: string }

export interface RunChange {
  readonly record: RunRecord;
  /** Undefined where the run began, or ended, or was read anew. */
  readonly event: Event | undefined;
}

/** The last run of each document, as the server tells it. */
export class RunStore implements vscode.Disposable {
  private readonly records = new Map<string, RunRecord>();
  private readonly changed = new vscode.EventEmitter<RunChange>();
  readonly onDidChange = this.changed.event;

  /** Listen to a server that was started. */
  attach(client: Client): void {
    client.language.onNotification('tiercel/runStarted', (told: Told) => {
      const record = newRecord(this.keyOf(client, told.uri), told.flowId);
      this.records.set(record.uri, record);
      this.changed.fire({ record, event: undefined });
    });
    client.language.onNotification('tiercel/runEvent', (told: Told & { event: Event }) => {
      const record = this.records.get(this.keyOf(client, told.uri));
      if (record === undefined) return;
      fold(record, told.event);
      this.changed.fire({ record, event: told.event });
    });
    client.language.onNotification('tiercel/runEnded', (told: Told & { state: string | null; message: string | null }) => {
      this.end(this.keyOf(client, told.uri), told.state ?? 'FAILED', told.message ?? '');
    });
  }

  /** The server is gone, and its runs with it. */
  endAll(): void {
    for (const [uri, record] of this.records) {
      if (!record.ended) this.end(uri, 'CANCELLED', vscode.l10n.t('The server ended.'));
    }
  }

  get(uri: vscode.Uri): RunRecord | undefined {
    return this.records.get(uri.toString());
  }

  isRunning(uri: vscode.Uri): boolean {
    return this.get(uri)?.ended === false;
  }

  dispose(): void {
    this.changed.dispose();
  }

  private end(uri: string, state: string, message: string): void {
    const record = this.records.get(uri);
    if (record === undefined) return;
    record.state = state;
    record.message = message;
    record.ended = true;
    this.changed.fire({ record, event: undefined });
  }

  private keyOf(client: Client, uri: string): string {
    return client.language.protocol2CodeConverter.asUri(uri).toString();
  }
}
