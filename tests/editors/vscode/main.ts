// `node main.ts NODE ENTRY VSIX SCRATCH NAME [SUITE…]`: everything that is tried in one VS Code. NAME is that of the editor.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Editor, install, start, type Wishes } from './editor.ts';
import { type Result, runSuite } from './host.ts';
import { topology } from './topology.ts';
import { walk } from './walk.ts';

const [node = '', entry = '', vsix = '', scratch = '', name = '', ...chosen] = process.argv.slice(2);
const root = resolve(import.meta.dirname, '../../..');
const python = join(root, '.venv', 'bin', 'python');
const common = { node, entry, scratch };
const isNewest = name === 'newest';

function folder(suite: string): string {
  const path = join(scratch, `workspace-${suite}`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  return path;
}

/** A PATH of some programs only. */
function programs(suite: string, found: Readonly<Record<string, string>>): string {
  const path = join(scratch, `programs-${suite}`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  for (const [program, target] of Object.entries(found)) symlinkSync(target, join(path, program));
  return path;
}

/** The PATH without the folders that have a Tiercel, so that the extension needs its own. */
function withoutTiercel(): string {
  return (process.env['PATH'] ?? '').split(':').filter((each) => !existsSync(join(each, 'tiercel'))).join(':');
}

const shell = { sh: '/bin/sh', env: '/usr/bin/env', uname: '/bin/uname', node };
const suites: Readonly<Record<string, () => [Omit<Wishes, 'node' | 'entry' | 'scratch' | 'name' | 'smoke'>, string]>> = {
  parts: () => [{ environment: { PATH: withoutTiercel() } }, folder('parts')],
  colours: () => [{ environment: { PATH: withoutTiercel() } }, folder('colours')],
  main: () => [{ environment: { PATH: withoutTiercel() } }, folder('main')],
  topology: () => [{ environment: { PATH: withoutTiercel() } }, folder('topology')],
  missing: () => [{ environment: { PATH: programs('missing', shell), TIERCEL_TEST_PYTHON: python } }, folder('missing')],
  untrusted: () => {
    const path = folder('untrusted');
    const trap = join(path, '.venv', 'bin', 'python');
    mkdirSync(join(path, '.vscode'), { recursive: true });
    mkdirSync(dirname(trap), { recursive: true });
    writeFileSync(trap, `#!/bin/sh\ntouch '${join(path, 'executed')}'\nexec '${python}' "$@"\n`);
    chmodSync(trap, 0o755);
    writeFileSync(join(path, '.vscode', 'settings.json'), JSON.stringify({ 'tiercel.interpreter': trap, 'tiercel.serverPath': trap }));
    writeFileSync(join(path, 'tiercel_server.py'), `open(${JSON.stringify(join(path, 'executed'))}, "w")\n`);
    return [{ trust: true, environment: { PATH: `${join(root, '.venv', 'bin')}:${withoutTiercel()}` } }, path];
  },
};

async function main(): Promise<void> {
  install(common, vsix);
  let total: Result = { passed: 0, failed: 0 };
  const count = (suite: string, { passed, failed }: Result): void => {
    console.log(`suite ${suite} ${passed} ${failed}`);
    total = { passed: total.passed + passed, failed: total.failed + failed };
  };
  for (const [suite, prepare] of Object.entries(suites)) {
    if (chosen.length > 0 && !chosen.includes(suite)) continue;
    const [wishes, path] = prepare();
    const editor: Editor = await start({ ...common, ...wishes, name: suite, smoke: isNewest });
    console.log(`\n${name}, ${suite}`);
    try {
      count(suite, await runSuite(editor, suite, path, scratch));
    } finally {
      await editor.stop();
    }
  }
  if (isNewest && (chosen.length === 0 || chosen.includes('pages'))) {
    console.log(`\n${name}, the page of the topology`);
    count('pages', await topology());
  }
  if (isNewest && (chosen.length === 0 || chosen.includes('walk'))) {
    console.log(`\n${name}, a walk in the browser`);
    count('walk', await walk(common, folder('walk'), join(root, 'docs', 'images', 'vscode')));
  }
  console.log(`\n${name}: ${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

await main();
