// A person with a browser: opens a folder, types a flow, mends it, runs it, reads why it failed, runs it again, looks around.
// Each step is a test of its own; the pictures of the README are taken on the way.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { launch } from './browser.ts';
import { start, until, type Wishes } from './editor.ts';
import type { Result } from './host.ts';

const ORDERS = `id: orders
namespace: company.team

inputs:
  - id: day
    type: DATE
  - id: copies
    type: INT
    min: 1
    max: 5
    defaults: 2
  - id: region
    type: SELECT
    values: [north, south]

tasks:
  - id: fetch
    type: io.kestra.plugin.scripts.shell.Script
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    outputFiles: [orders.csv]
    script: |
      echo "reading {{ inputs.region }} of {{ inputs.day }}"
      printf 'id,total\\n1,9.50\\n2,12.00\\n' > orders.csv
      sleep 1

  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: sum
        type: io.kestra.plugin.core.debug.Return
        format: "{{ inputs.copies * 21.5 }}"
      - id: notify
        type: io.kestra.plugin.core.log.Log
        level: WARN
        message: "orders of {{ inputs.day }} are in"

  - id: publish
    type: io.kestra.plugin.scripts.shell.Script
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    script: |
      echo "publishing {{ outputs.sum.value }}"
      test -n "$NOWHERE"

outputs:
  - id: total
    type: STRING
    value: "{{ outputs.sum.value }}"
`;
const COMPOSE = 'services:\n  web:\n    image: nginx\n';

class Walk {
  passed = 0;
  failed = 0;

  readonly page: Page;
  readonly images: string;

  constructor(page: Page, images: string) {
    this.page = page;
    this.images = images;
  }

  async step(name: string, work: () => Promise<void>): Promise<void> {
    if (this.failed > 0) return; // A walk goes on from where it is: after a fall there is nothing to see.
    const began = Date.now();
    try {
      await work();
      this.passed += 1;
      console.log(`ok   ${name} (${Date.now() - began} ms)`);
    } catch (error) {
      this.failed += 1;
      console.log(`FAIL ${name}\n     ${String(error)}`);
      await this.page.screenshot({ path: join(this.images, '..', '..', '..', '.tools', 'walk-failed.png') });
    }
  }

  async picture(name: string): Promise<void> {
    await this.page.mouse.move(2, 700);
    await this.page.waitForTimeout(600);
    await this.page.screenshot({ path: join(this.images, `${name}.png`) });
  }

  /** The page inside a webview whose text holds something. */
  frameWith(text: string): Promise<Frame> {
    return until(`a panel with ${text}`, async () => {
      for (const frame of this.page.frames()) {
        if (await frame.locator(`#page :text("${text}")`).first().isVisible().catch(() => false)) return frame;
      }
      return undefined;
    });
  }

  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+P');
    await this.page.locator('.quick-input-widget .quick-input-box input').fill(name);
    await this.page.locator(`.quick-input-list .monaco-list-row:has-text("${name}")`).first().click();
    await this.page.locator(`.tab.active:has-text("${name}")`).waitFor();
  }

  async command(title: string): Promise<void> {
    await this.page.keyboard.press('F1');
    await this.page.locator('.quick-input-widget .quick-input-box input').fill(`>${title}`);
    await this.page.locator(`.quick-input-list .monaco-list-row:has-text("${title}")`).first().click();
  }
}

export async function walk(common: Pick<Wishes, 'node' | 'entry' | 'scratch'>, folder: string, images: string): Promise<Result> {
  mkdirSync(images, { recursive: true });
  writeFileSync(join(folder, 'orders.yaml'), ORDERS);
  writeFileSync(join(folder, 'compose.yaml'), COMPOSE);
  writeFileSync(join(folder, 'hello.yaml'), '');
  const settings = { 'workbench.colorTheme': 'Default Dark Modern', 'editor.fontSize': 13, 'breadcrumbs.enabled': false, 'files.autoSave': 'off' };
  const editor = await start({ ...common, name: 'walk', settings });
  const browser = await launch();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const it = new Walk(page, images);
  try {
    await it.step('a folder opens', async () => {
      await page.goto(`${editor.base}/?folder=${encodeURIComponent(folder)}`);
      await page.locator('.monaco-workbench .explorer-folders-view').waitFor({ timeout: 60_000 });
      await page.locator('.monaco-list-row:has-text("orders.yaml")').waitFor();
    });
    await it.step('the extension sets its server up and knows a flow', async () => {
      await it.openFile('orders.yaml');
      await page.locator('.codelens-decoration a:text-is("▶ Run")').waitFor({ timeout: 120_000 });
      await page.locator('.editor-actions [aria-label^="Run Flow"]').first().waitFor();
    });
    await it.step('other YAML gets no buttons', async () => {
      await it.openFile('compose.yaml');
      await until('the button to go', async () => (await page.locator('.editor-actions [aria-label^="Run Flow"]').count()) === 0);
    });
    await it.step('a flow is typed with completion', async () => {
      await it.openFile('hello.yaml');
      await page.locator('.editor-instance .monaco-editor').first().click();
      for (const line of ['id: hello', 'namespace: company.team', 'tasks:', '- id: greet']) {
        await page.keyboard.type(line, { delay: 20 });
        await page.keyboard.press('Escape');
        await page.keyboard.press('Enter');
        await page.waitForTimeout(400); // A person looks where the next line begins: the server has indented it.
      }
      await page.keyboard.type('type: core.log.', { delay: 40 });
      await page.locator('.suggest-widget.visible .monaco-list-row:has-text("Log")').first().waitFor();
      await it.picture('completion');
      await page.keyboard.press('Enter');
      await until('the type', async () => (await page.locator('.view-lines').first().innerText()).includes('io.kestra.plugin.core.log.Log'));
    });
    await it.step('a mistake is marked and mended by a quick fix', async () => {
      await page.keyboard.press('Escape');
      await page.keyboard.press('End');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(400);
      await page.keyboard.type('mesage: hi', { delay: 30 });
      await page.keyboard.press('Escape');
      await page.locator('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning').first().waitFor();
      await page.keyboard.press('Home');
      await page.keyboard.press('Control+.');
      const fix = page.locator('.action-widget .monaco-list-row:has-text("message")').first();
      await fix.waitFor();
      await it.picture('quick-fix');
      await page.keyboard.press('Enter');
      await until('the property', async () => (await page.locator('.view-lines').first().innerText()).replaceAll('\u00a0', ' ').includes('message: hi'));
      await page.keyboard.press('Control+S');
    });
    await it.step('inputs are asked for, and checked as they are typed', async () => {
      await it.openFile('orders.yaml');
      await page.locator('.codelens-decoration a:text-is("▶ Run")').first().click();
      const form = await it.frameWith('Inputs of orders');
      const copies = form.locator('#input-copies');
      await copies.fill('9');
      await form.locator('.mistake:has-text("at most 5")').waitFor();
      if (!(await form.locator('button.primary').isDisabled())) throw new Error('the form could be sent');
      await it.picture('inputs');
      await copies.fill('3');
      await form.locator('#input-day').fill('2026-01-31');
      await form.locator('#input-region').selectOption('south');
      await form.locator('button.primary').click();
    });
    let panel: Frame | undefined;
    await it.step('the run is seen, and fails', async () => {
      panel = await it.frameWith('Timeline'); // The form is of the same flow, and may not have gone yet.
      await panel.locator('.badge:has-text("FAILED")').waitFor({ timeout: 60_000 });
      for (const task of ['fetch', 'sum', 'publish']) await panel.locator(`.rows .name:has-text("${task}")`).waitFor();
      await it.picture('failure');
    });
    await it.step('the log tells why, and leads to the line', async () => {
      await panel?.locator('[role=tab]:has-text("Logs")').click();
      await panel?.locator('.log :text("reading south of 2026-01-31")').waitFor();
      await panel?.locator('.filters select').first().selectOption('WARN');
      await until('the filter', async () => (await panel?.locator('.log :text("reading south")').count()) === 0);
      await it.picture('logs');
      await panel?.locator('.log button.link:text-is("publish")').first().click();
      await page.locator('.monaco-editor .squiggly-error').first().waitFor();
      await page.locator('.monaco-editor.focused').waitFor();
    });
    await it.step('the mistake is mended, and it runs again with the last inputs', async () => {
      await page.keyboard.press('Control+H');
      const find = page.locator('.find-widget.visible');
      await find.locator('textarea').first().fill('test -n "$NOWHERE"');
      await find.locator('textarea').nth(1).fill('echo done');
      await page.keyboard.press('Control+Alt+Enter');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+S');
      await page.keyboard.press('Control+Alt+Shift+R');
      await panel?.locator('.badge:has-text("WARNING"), .badge:has-text("SUCCESS")').waitFor({ timeout: 60_000 });
      await panel?.locator('[role=tab]:has-text("Timeline")').click();
      await it.picture('run');
    });
    await it.step('outputs are looked at, a file as a table', async () => {
      await panel?.locator('[role=tab]:has-text("Outputs")').click();
      const preview = panel?.locator('.leaf button.link:text-is("Preview")').first();
      if (!(await preview?.isVisible())) await panel?.locator('summary:has-text("outputFiles")').first().click();
      await preview?.click();
      await panel?.locator('.preview td:has-text("12.00")').waitFor();
      await it.picture('outputs');
    });
    await it.step('the tabs of the panel work by keyboard', async () => {
      await panel?.locator('[role=tab]:has-text("Outputs")').focus();
      await page.keyboard.press('ArrowRight');
      await panel?.locator('[role=tab][aria-selected=true]:has-text("Metrics")').waitFor();
      await page.keyboard.press('Home');
      await panel?.locator('[role=tab][aria-selected=true]:has-text("Timeline")').waitFor();
    });
    await it.step('the history has both runs, and can be searched', async () => {
      await page.locator('.activitybar [aria-label^="Tiercel"], .activitybar .action-label[aria-label*="Tiercel"]').first().click();
      const rows = page.locator('.pane-body .monaco-list-row:has-text("orders")');
      await until('two runs', async () => (await rows.count()) === 2);
      await it.command('Tiercel: Search Executions');
      await page.locator('.quick-input-widget .quick-input-box input').fill('state:failed');
      await page.keyboard.press('Enter');
      await until('one run', async () => (await rows.count()) === 1);
      await rows.first().click();
      await panel?.locator('.badge:has-text("FAILED")').waitFor();
      await it.picture('history');
    });
    await it.step('it can be read in high contrast', async () => {
      await it.command('Preferences: Color Theme');
      await page.locator('.quick-input-widget .quick-input-box input').fill('Dark High Contrast');
      await page.locator('.quick-input-list .monaco-list-row:has-text("Dark High Contrast")').first().waitFor();
      await page.keyboard.press('Enter');
      await until('the theme', async () => (await page.locator('.monaco-workbench.hc-black').count()) > 0);
      await it.picture('high-contrast');
    });
  } finally {
    await browser.close();
    await editor.stop();
  }
  return { passed: it.passed, failed: it.failed };
}
