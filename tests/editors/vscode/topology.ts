// The page of the topology panel in a browser, by itself: what it draws, tells, and takes from keys.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { launch } from './browser.ts';
import type { Result } from './host.ts';

const root = resolve(import.meta.dirname, '../../..');
const extension = join(root, 'vscode-extension');
const SUITES = new Set(['expectations.yaml']);

interface Message { kind: string; id?: string; expanded?: boolean; format?: string; content?: string; range?: { start: { line: number } } }
interface Box { id: string; cluster: string | undefined; x: number; y: number; width: number; height: number }
interface TopologyNode { id: string; kind: string; label: string; cluster?: string; range?: unknown; [more: string]: unknown }
interface Graph { uri: string; flowId: string; title: string; nodes: TopologyNode[]; edges: unknown[]; states: object; run: object | null }

const texts = {
  graph: 'Topology of {0}', nothing: 'nothing', zoomIn: 'zoom in', zoomOut: 'zoom out', fit: 'fit', saveSvg: 'save svg', savePng: 'save png',
  expand: 'expand', collapse: 'collapse', disabled: 'disabled', missing: 'missing', trigger: 'trigger', notRun: 'not run', lastRun: 'last run {0}',
  running: 'running {0}', failed: 'failed {0}', help: 'help',
};

async function bundled(file: string, format: 'iife' | 'esm'): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [join(extension, file)], bundle: true, write: false, format, platform: 'browser', target: 'chrome114' });
  return outputFiles[0]?.text ?? '';
}

/** The page as VS Code would hold it: with its policy, so that what the policy forbids fails here too. */
async function pageText(): Promise<string> {
  const style = await import(`data:text/javascript,${encodeURIComponent(await bundled('src/topology/style.ts', 'esm'))}`) as { TOPOLOGY_STYLE: string };
  const script = (await bundled('src/webview/topology/main.ts', 'iife')).replaceAll('</script', '<\\/script');
  const policy = "default-src 'none'; style-src 'nonce-x'; script-src 'nonce-x'";
  return `<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="${policy}"><style nonce="x">:root { --vscode-foreground: #333;
    --vscode-descriptionForeground: #777; --vscode-editorWidget-background: #eee; } ${style.TOPOLOGY_STYLE}</style></head><body><main id="page"></main>
    <script type="application/json" id="data">${JSON.stringify({ texts })}</script>
    <script nonce="x">window.sent = []; window.acquireVsCodeApi = () => ({ postMessage: (message) => window.sent.push(message) });</script>
    <script nonce="x">${script}</script></body></html>`;
}

function graphOf(file: string): Graph {
  const command = [join(root, 'examples', file), '--format', 'json', '--depth', '1'];
  const told = JSON.parse(execFileSync(join(root, '.venv', 'bin', 'tiercel'), ['graph', ...command], { encoding: 'utf-8' })) as Graph;
  const place = (line: number, column: number): object => ({ line: line - 1, character: column - 1 });
  type Told = { line: number; column: number; end_line: number; end_column: number };
  const range = ({ line, column, end_line: endLine, end_column: endColumn }: Told): object => ({ start: place(line, column), end: place(endLine, endColumn) });
  const nodes = told.nodes.map((node) => ({
    ...node, range: range(node.range as Told), selectionRange: range(node['selectionRange'] as Told), document: 'file:///flow.yaml',
  }));
  return { ...told, uri: 'file:///flow.yaml', flowId: file, nodes, states: {}, run: null };
}

class Try {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  async tell(message: object): Promise<void> {
    await this.page.evaluate((given) => window.postMessage(given, '*'), message);
  }

  async show(graph: Graph): Promise<void> {
    await this.tell({ kind: 'graph', graph });
    await this.page.waitForFunction(
      ([title, count]) => document.querySelector('svg')?.getAttribute('aria-label') === title && document.querySelectorAll('.node').length === count,
      [`Topology of ${graph.title}`, graph.nodes.length] as const,
    );
  }

  sent(): Promise<Message[]> {
    return this.page.evaluate(() => (window as unknown as { sent: Message[] }).sent);
  }

  async boxes(graph: Graph): Promise<Box[]> {
    const clusters = new Map(graph.nodes.map(({ id, cluster }) => [id, cluster]));
    const found = await this.page.evaluate(() => Array.from(document.querySelectorAll<SVGGElement>('.node')).map((group) => {
      const box = group.querySelector(':scope > .box');
      const number = (name: string): number => Number(box?.getAttribute(name));
      return { id: group.dataset['id'] ?? '', x: number('x'), y: number('y'), width: number('width'), height: number('height') };
    }));
    return found.map((box) => ({ ...box, cluster: clusters.get(box.id) }));
  }
}

function node(id: string, more: object = {}): TopologyNode {
  const line = Number(id.replace(/\D/g, '')) || 0;
  const range = { start: { line, character: 0 }, end: { line, character: 99 } };
  return { id, kind: 'task', label: id, type: 'a.b.Log', document: 'file:///flow.yaml', range, selectionRange: range, ...more };
}

const SMALL: Graph = {
  uri: 'file:///flow.yaml', flowId: 'small', title: 'a.small', run: { state: 'RUNNING', live: true },
  nodes: [node('one1'), node('two2', { kind: 'subflow', expandable: true }), node('three3', { label: '<img src=x onerror="alert(1)">' })],
  edges: [{ source: 'one1', target: 'two2', kind: 'sequence' }, { source: 'two2', target: 'three3', kind: 'sequence' }],
  states: { one1: { state: 'FAILED', seconds: 1.5, runs: 2 }, two2: { state: 'RUNNING' } },
};

const focused = (page: Page): Promise<string> => page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset['id'] ?? '');

const TESTS: Readonly<Record<string, (tried: Try) => Promise<void>>> = {
  'draws every node once and none over another': async (tried) => {
    for (const file of readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.yaml') && !SUITES.has(name))) {
      const graph = graphOf(file);
      await tried.show(graph);
      const boxes = await tried.boxes(graph);
      assert.deepEqual(boxes.map(({ id }) => id).sort(), graph.nodes.map(({ id }) => id).sort(), file);
      for (const one of boxes) {
        for (const other of boxes) {
          if (one.id >= other.id || one.cluster !== other.cluster) continue;
          const areApart = one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y;
          assert.ok(areApart, `${file}: ${one.id} and ${other.id}`);
        }
        const around = boxes.find(({ id }) => id === one.cluster);
        if (around) assert.ok(around.x < one.x && around.y < one.y && one.x + one.width < around.x + around.width && one.y + one.height < around.y + around.height, `${file}: ${one.id}`);
      }
    }
  },
  'tells states by word and sign besides the colour': async (tried) => {
    await tried.show(SMALL);
    const told = await tried.page.locator('[data-id=one1]').evaluate((group) => [group.querySelector('.state')?.textContent, group.getAttribute('aria-label')]);
    assert.deepEqual(told, ['✗ FAILED · 1.5 s · ×2', 'one1, Log, FAILED, 1.5 s, ×2']);
    assert.match((await tried.page.textContent('[role=status]')) ?? '', /running ▶ RUNNING/);
    await tried.tell({ kind: 'graph', graph: { ...SMALL, states: { two2: { state: 'SUCCESS' } } } });
    await tried.page.waitForSelector('[data-id=two2].good');
    assert.equal(await tried.page.locator('[data-id=one1] .state').textContent(), '');
  },
  'shows what a flow says as text': async (tried) => {
    await tried.show(SMALL);
    assert.equal(await tried.page.locator('img').count(), 0);
    assert.match((await tried.page.locator('[data-id=three3] .title').textContent()) ?? '', /^<img/);
  },
  'is walked through by keys': async (tried) => {
    await tried.show(SMALL);
    await tried.page.locator('.node[tabindex="0"]').focus();
    assert.equal(await focused(tried.page), 'one1');
    await tried.page.keyboard.press('ArrowDown');
    assert.equal(await focused(tried.page), 'two2');
    await tried.page.keyboard.press('Space');
    await tried.page.keyboard.press('End');
    assert.equal(await focused(tried.page), 'three3');
    await tried.page.keyboard.press('Enter');
    await tried.page.keyboard.press('ArrowUp');
    assert.equal(await focused(tried.page), 'two2');
    const sent = await tried.sent();
    assert.deepEqual(sent.find(({ kind }) => kind === 'expand'), { kind: 'expand', id: 'two2', expanded: true });
    assert.equal(sent.findLast(({ kind }) => kind === 'reveal')?.range?.start.line, 3);
    assert.equal(await tried.page.locator('.node[tabindex="0"]').count(), 1);
  },
  'goes to the line on a click, and not when a subflow is opened': async (tried) => {
    await tried.show(SMALL);
    const before = (await tried.sent()).length;
    await tried.page.click('[data-id=two2] .toggle rect');
    await tried.page.click('[data-id=one1] .title');
    const sent = (await tried.sent()).slice(before);
    assert.deepEqual(sent.map(({ kind, range }) => [kind, range?.start.line]), [['expand', undefined], ['reveal', 1]]);
  },
  'follows the cursor': async (tried) => {
    await tried.show(SMALL);
    await tried.tell({ kind: 'cursor', uri: SMALL.uri, place: { line: 2, character: 4 } });
    await tried.page.waitForSelector('[data-id=two2].current');
    assert.equal(await tried.page.locator('.current').count(), 1);
  },
  'saves itself as SVG and PNG': async (tried) => {
    await tried.show(SMALL);
    await tried.page.click('button:has-text("SVG")');
    await tried.page.click('button:has-text("PNG")');
    const saved = (await tried.sent()).filter(({ kind }) => kind === 'save');
    const svg = saved.find(({ format }) => format === 'svg')?.content ?? '';
    const isWellFormed = await tried.page.evaluate((text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror') === null, svg);
    assert.ok(isWellFormed);
    assert.doesNotMatch(svg, /var\(|class="ring"/);
    const png = Buffer.from(saved.find(({ format }) => format === 'png')?.content ?? '', 'base64');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    assert.ok(png.length > 2000);
  },
  'keeps still where that is wished': async (tried) => {
    await tried.show(SMALL);
    const animation = (): Promise<string> => tried.page.locator('[data-id=two2] .box').evaluate((box) => getComputedStyle(box).animationName);
    assert.equal(await animation(), 'run');
    await tried.page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await animation(), 'none');
  },
};

/** Try the page, each test in a fresh one. */
export async function topology(): Promise<Result> {
  const result = { passed: 0, failed: 0 };
  const text = await pageText();
  const browser = await launch();
  try {
    for (const [name, test] of Object.entries(TESTS)) {
      const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
      const mistakes: string[] = [];
      page.on('pageerror', (error) => mistakes.push(error.message));
      page.on('console', (message) => message.type() === 'error' && mistakes.push(message.text()));
      try {
        await page.setContent(text);
        await test(new Try(page));
        assert.deepEqual(mistakes, []);
        result.passed += 1;
        console.log(`ok   ${name}`);
      } catch (error) {
        result.failed += 1;
        console.log(`FAIL ${name}\n     ${String(error)}`);
      }
      await page.close();
    }
  } finally {
    await browser.close();
  }
  return result;
}
