import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../src/server/playground/examples.ts';
import { Served } from '../server/served.ts';

const executablePath = '/usr/bin/chromium';
const pictures = join(tmpdir(), 'formicary-pictures');

/** No sandbox where the tests run as root, and no name resolves but this machine's own: there is no network. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** The playground in a browser. */
class Playground {
  readonly page: Page;
  /** What the page complained of, and what it asked of others. */
  readonly complaints: string[] = [];
  readonly outside: string[] = [];

  constructor(page: Page, url: string) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url()))
        this.outside.push(request.url());
    });
  }

  /** Clicks at a place as a hand does: the mouse goes there, is pressed, stays a moment, and is let go. */
  async click(selector: string, hasText?: string): Promise<void> {
    const found = this.page.locator(selector, hasText === undefined ? {} : { hasText }).first();
    await found.scrollIntoViewIfNeeded();
    const box = await found.boundingBox();
    if (box === null) throw new Error(`${selector} ${hasText} is nowhere`);
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
    await this.page.mouse.down();
    await this.page.waitForTimeout(80);
    await this.page.mouse.up();
  }

  /** Runs what is shown, once. */
  async run(): Promise<void> {
    const sent = this.page.waitForRequest((request) => request.url().includes('/graphql'), {
      timeout: 5_000,
    });
    await this.click('button.graphiql-execute-button');
    await sent;
  }

  /** Goes to a tab, with one click. */
  async show(tab: string): Promise<void> {
    await this.click('button.graphiql-tab-button', tab);
    const text = new RegExp(`\\s${tab}\\b`);
    await this.page.locator('.graphiql-query-editor', { hasText: text }).waitFor({ timeout: 5_000 });
    // A breath: editors still change hands.
    await this.page.waitForTimeout(500);
  }

  /** Waits for a text in the answer: an editor that draws only the lines in view, with hard spaces. */
  async answered(text: string): Promise<void> {
    const line = new RegExp(text.replaceAll(' ', '\\s'));
    const lines = this.page.locator('.result-window .view-line');
    await lines.filter({ hasText: line }).first().waitFor({ timeout: 20_000 });
  }

  async picture(name: string): Promise<void> {
    mkdirSync(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }
}

/** In the page: how often it comes to draw within two seconds. */
const countTicks = `new Promise((resolve) => {
  const end = performance.now() + 2_000;
  let count = 0;
  const tick = () => {
    count++;
    if (performance.now() < end) requestAnimationFrame(tick);
    else resolve(count);
  };
  tick();
})`;

describe.skipIf(!existsSync(executablePath))(
  `the playground, in ${executablePath} where there is one`,
  () => {
    let served: Served;
    let browser: Browser;
    let playground: Playground;

    beforeAll(async () => {
      served = await Served.start();
      browser = await chromium.launch({ executablePath, headless: true, args });
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
      playground = new Playground(await context.newPage(), served.url);
    });
    afterAll(async () => {
      await browser?.close();
      await served?.server.close();
    });

    it('opens without a network', async () => {
      await playground.page.goto(served.url, { waitUntil: 'load' });
      await playground.page
        .locator('button.graphiql-execute-button')
        .waitFor({ state: 'visible', timeout: 30_000 });
      expect(await playground.page.title()).toContain('formicary');
      expect(await playground.page.locator('button.graphiql-tab-button').allTextContents()).toContain(
        'RevenueByMonth',
      );
    });

    it('runs the first example', async () => {
      await playground.run();
      await playground.answered('"id": "payments"');
      await playground.answered('"amount": "4.94"');
      await playground.picture('first-example');
    });

    it('sends a command', async () => {
      await playground.show('TopUp');
      await playground.run();
      await playground.answered('"CommandAccepted"');
      await playground.picture('command');
      const { ledger } = await served.data('{ ledger { holder(id: "user-1") { positions { amount } } } }');
      expect(ledger.holder.positions).toEqual([{ amount: '360.00' }]);
    });

    it('asks what if', async () => {
      await playground.show('WhatIf');
      await playground.run();
      await playground.answered('"cheaper-payments"|"baseline"');
      await playground.picture('what-if');
    });

    it('shows each example at the first click on its tab', async () => {
      for (const { name } of examples) await playground.show(name);
    });

    it('follows the book from now on, and is not held up by it', async () => {
      await playground.show('Follow');
      await playground.run();
      const ticks = playground.page.evaluate(countTicks);
      await served.data(
        'mutation { topUp(input: { effectiveOn: "2016-04-05", holder: "user-2", amount: { amount: "1.25", currency: "CNY" } }) { __typename } }',
      );
      await playground.answered('"ToppedUp"');
      await playground.picture('stream');
      // A page that is free ticks some sixty times a second.
      expect(await ticks).toBeGreaterThan(30);
      const revisions = await playground.page.locator('.result-window').innerText();
      expect(revisions.match(/"revision"/g)).toHaveLength(1);
    });

    it('complains of nothing, and asks nobody else', () => {
      expect(playground.complaints).toEqual([]);
      expect(playground.outside).toEqual([]);
    });
  },
);
