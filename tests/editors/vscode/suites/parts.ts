// The parts of the extension that know neither VS Code nor a browser.
import assert from 'node:assert/strict';
import { argumentsOf } from '../../../../vscode-extension/src/history/search.ts';
import { type FieldSchema, mistake, valueOf, widgetOf } from '../../../../vscode-extension/src/runs/form.ts';
import { type Event, fold, newRecord, taskStates } from '../../../../vscode-extension/src/runs/record.ts';
import { compareVersions } from '../../../../vscode-extension/src/server/command.ts';
import { running } from './running.ts';

const field = (type: string, more: Partial<FieldSchema> = {}): FieldSchema => ({ 'x-kestra-type': type, ...more });

export const run = running(() => {
  describe('parts', () => {
    it('say what is wrong with what is typed', () => {
      const cases: [FieldSchema, string, boolean, string | undefined][] = [
        [field('STRING', { type: 'string' }), '', true, 'required'],
        [field('STRING', { type: 'string' }), '', false, undefined],
        [field('INT', { type: 'integer', minimum: 1, maximum: 10 }), '1.5', true, 'integer'],
        [field('INT', { type: 'integer', minimum: 1, maximum: 10 }), '0', true, 'minimum'],
        [field('INT', { type: 'integer', minimum: 1, maximum: 10 }), '11', true, 'maximum'],
        [field('INT', { type: 'integer', minimum: 1, maximum: 10 }), '10', true, undefined],
        [field('FLOAT', { type: 'number' }), 'x', true, 'number'],
        [field('DATE', { format: 'date' }), '2026-13-01', true, 'date'],
        [field('DATE', { format: 'date' }), '2026-01-31', true, undefined],
        [field('DATETIME', { format: 'date-time' }), '2026-01-31T08:00:00Z', true, undefined],
        [field('DATETIME', { format: 'date-time' }), '2026-01-31', true, 'datetime'],
        [field('DURATION', { format: 'duration' }), 'PT1H30M', true, undefined],
        [field('DURATION', { format: 'duration' }), 'P', true, 'duration'],
        [field('STRING', { pattern: '^(?:[A-Z]{3})$' }), 'abc', true, 'pattern'],
        [field('STRING', { pattern: '^(?:(a+)+b)$' }), 'a'.repeat(200), true, undefined],
        [field('SELECT', { enum: ['S', 'M'] }), 'L', true, 'choice'],
        [field('JSON'), '{', true, 'json'],
        [field('ARRAY', { type: 'array' }), '{}', true, 'list'],
        [field('EMAIL'), 'ada', true, 'email'],
        [field('BOOL', { type: 'boolean' }), 'false', true, undefined],
      ];
      for (const [schema, text, required, wanted] of cases) assert.equal(mistake(schema, text, required), wanted, `${schema['x-kestra-type']} ${text}`);
    });

    it('choose widgets and values by type', () => {
      assert.deepEqual(
        ['STRING', 'INT', 'BOOL', 'SECRET', 'FILE', 'DATE', 'JSON'].map((type) => widgetOf(field(type))),
        ['text', 'number', 'checkbox', 'password', 'file', 'date', 'area'],
      );
      assert.equal(valueOf(field('INT', { type: 'integer' }), '3'), 3);
      assert.equal(valueOf(field('BOOL', { type: 'boolean' }), 'true'), true);
      assert.deepEqual(valueOf(field('ARRAY', { type: 'array' }), '[1]'), [1]);
    });

    it('turn a search into arguments', () => {
      assert.deepEqual(argumentsOf('state:failed team=data flow:etl connection refused'), [
        '--state', 'FAILED', '--label', 'team=data', '--flow', 'etl', '--text', 'connection refused',
      ]);
      assert.deepEqual(argumentsOf('  '), []);
    });

    it('fold events, the worst run of a task before others', () => {
      const record = newRecord('file:///a.yaml', 'a');
      const tell = (event: string, more: Record<string, unknown>): void =>
        fold(record, { event, time: '2026-01-01T00:00:00.000000Z', executionId: 'e', ...more } as Event);
      tell('execution.created', { flowId: 'a', namespace: 'n', inputs: {}, labels: [] });
      for (const [id, state] of [['1', 'SUCCESS'], ['2', 'FAILED'], ['3', 'SUCCESS']]) {
        tell('taskrun.created', { taskRunId: id, taskId: 't', type: 'x' });
        tell('taskrun.state', { taskRunId: id, taskId: 't', state: 'RUNNING' });
        tell('taskrun.state', { taskRunId: id, taskId: 't', state });
      }
      tell('something.new', {});
      assert.deepEqual(taskStates(record).get('t'), { state: 'FAILED', runs: 3, seconds: 0 });
    });

    it('compare versions by numbers', () => {
      assert.ok(compareVersions('0.10.0', '0.9.5') > 0);
      assert.ok(compareVersions('3.11.7', '3.11') > 0);
      assert.equal(compareVersions('1.0', '1.0.0'), 0);
    });
  });
});
