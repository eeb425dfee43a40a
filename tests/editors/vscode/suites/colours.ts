// Expressions and scripts, coloured by the grammars and the library of the editor itself.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { running } from './running.ts';

const FLOW = `id: a
tasks:
  - id: one
    type: io.kestra.plugin.scripts.python.Script
    script: |
      import os
      print("{{ inputs.a }}")
    env:
      NAME: "{{ outputs.x.value | upper }}"
  - type: io.kestra.plugin.scripts.shell.Script
    script: |
      for i in 1 2; do true; done
    id: two
  - id: three
    type: io.kestra.plugin.jdbc.duckdb.Query
    sql: |
      SELECT 1
    store: true
`;

interface Grammar {
  tokenizeLine(line: string, state: unknown): { ruleStack: unknown; tokens: { startIndex: number; endIndex: number; scopes: string[] }[] };
}

/** The scopes of the token of a line that a text begins with. */
async function scopes(): Promise<(line: string, text: string) => string[]> {
  const root = vscode.env.appRoot;
  const ours = vscode.extensions.getExtension('tiercel.tiercel')?.extensionPath;
  assert.ok(ours);
  const load = createRequire(join(root, 'package.json'));
  const textmate = load('vscode-textmate');
  const oniguruma = load('vscode-oniguruma');
  await oniguruma.loadWASM(readFileSync(join(root, 'node_modules/vscode-oniguruma/release/onig.wasm')).buffer);
  const files = new Map<string, string>([['tiercel.flow.injection', join(ours, 'syntaxes/flow.injection.json')]]);
  for (const name of readdirSync(join(root, 'extensions'))) {
    const file = join(root, 'extensions', name, 'package.json');
    if (!existsSync(file)) continue;
    const grammars = (JSON.parse(readFileSync(file, 'utf8')) as { contributes?: { grammars?: { scopeName: string; path: string }[] } }).contributes?.grammars;
    for (const { scopeName, path } of grammars ?? []) files.set(scopeName, join(root, 'extensions', name, path));
  }
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources: string[]) => new oniguruma.OnigScanner(sources), createOnigString: (text: string) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async (scope: string) => {
      const file = files.get(scope);
      return file ? textmate.parseRawGrammar(readFileSync(file, 'utf8'), file) : null;
    },
    getInjections: (scope: string) => (scope === 'source.yaml' ? ['tiercel.flow.injection'] : []),
  });
  const grammar = (await registry.loadGrammar('source.yaml')) as Grammar;
  const told = new Map<string, { text: string; scopes: string[] }[]>();
  let state: unknown = textmate.INITIAL;
  for (const line of FLOW.split('\n')) {
    const { ruleStack, tokens } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    told.set(line.trim(), tokens.map((each) => ({ text: line.slice(each.startIndex, each.endIndex), scopes: each.scopes })));
  }
  // Older grammars cut the first letter of a key off.
  const begins = (text: string, token: string): boolean => token !== '' && text.startsWith(token);
  return (line, text) => told.get(line)?.find((token) => begins(text, token.text.trim()))?.scopes ?? [];
}

export const run = running(() => {
  describe('colours', () => {
    let of: (line: string, text: string) => string[];
    before(async () => {
      of = await scopes();
    });

    it('tell names in expressions', () => {
      const line = 'NAME: "{{ outputs.x.value | upper }}"';
      assert.ok(of(line, 'outputs').includes('variable.language.tiercel'));
      assert.ok(of(line, 'upper').includes('support.function.filter.tiercel'));
    });

    it('tell scripts by the type of their task', () => {
      assert.ok(of('import os', 'import').includes('source.python'));
      assert.ok(of('for i in 1 2; do true; done', 'for').includes('source.shell'));
      assert.ok(of('SELECT 1', 'SELECT').includes('source.sql'));
    });

    it('end with the script', () => {
      for (const [line, text] of [['env:', 'env'], ['id: two', 'id'], ['store: true', 'store'], ['- id: three', 'id']] as const) {
        const found = of(line, text);
        assert.ok(found.some((scope) => scope.startsWith('entity.name.tag')), `${line}: ${found.join(' ')}`);
        assert.ok(!found.some((scope) => scope.startsWith('meta.embedded')), `${line}: ${found.join(' ')}`);
      }
    });
  });
});
