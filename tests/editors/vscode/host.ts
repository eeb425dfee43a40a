// Runs a mocha suite in the extension host of an editor, against the extension that is installed there.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { launch } from './browser.ts';
import type { Editor } from './editor.ts';

export interface Result {
  readonly passed: number;
  readonly failed: number;
}

const PATIENCE = 240_000;
const MARK = 'tiercel-result ';

export async function runSuite(editor: Editor, suite: string, folder: string, scratch: string): Promise<Result> {
  const file = join(scratch, 'suites', `${suite}.cjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'suites', `${suite}.ts`)], bundle: true, platform: 'node', format: 'cjs', target: 'node20',
    external: ['vscode'], outfile: file, logLevel: 'error',
  });
  // An extension without anything: what is tested is the one that is installed.
  const harness = join(scratch, 'harness');
  mkdirSync(harness, { recursive: true });
  writeFileSync(join(harness, 'package.json'), JSON.stringify({ name: 'harness', publisher: 'tests', version: '0.0.1', engines: { vscode: '^1.91.0' } }));
  const remote = (path: string): string => `vscode-remote://${new URL(editor.base).host}${path}`;
  const payload = [['extensionDevelopmentPath', remote(harness)], ['extensionTestsPath', remote(file)], ['skipWelcome', 'true']];
  const browser = await launch();
  let result: Result | undefined;
  const chatter: string[] = [];
  try {
    const page = await browser.newPage();
    let exit: (code: number) => void = () => undefined;
    const exited = new Promise<number>((resolve) => (exit = resolve));
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      const line = args.map(String).join(' ');
      const at = line.indexOf(MARK);
      if (at >= 0) result = JSON.parse(line.slice(at + MARK.length)) as Result;
      else if (/^(ok {3}|FAIL|\s{5})/.test(line)) console.log(line);
      else chatter.push(line);
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => exit(code));
    await page.goto(`${editor.base}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
    const late = new Promise<number>((resolve) => setTimeout(() => resolve(-1), PATIENCE).unref());
    const code = await Promise.race([exited, late]);
    if (code === -1) console.log(`The suite ${suite} did not end within ${PATIENCE / 1000} s.`);
  } finally {
    await browser.close();
  }
  // What the workbench has to say of itself matters only where something went wrong.
  if (result === undefined || result.failed > 0) console.log([...chatter.slice(-40), ...clientLog(editor.logs)].join('\n'));
  return result ?? { passed: 0, failed: 1 };
}

/** The end of what the extension wrote to its own log. */
function clientLog(logs: string): string[] {
  return globSync('**/tiercel.tiercel/*.log', { cwd: logs }).flatMap((each) => readFileSync(join(logs, each), 'utf8').split('\n').slice(-40));
}
