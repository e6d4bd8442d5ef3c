import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

  /** Clicks run until a request is under way: a click may be lost while editors change hands. */
  async run(): Promise<void> {
    const button = this.page.locator('button.graphiql-execute-button');
    for (let attempt = 0; attempt < 5; attempt++) {
      const sent = this.page.waitForRequest((request) => request.url().includes('/graphql'), {
        timeout: 2_000,
      });
      const isSent = sent.then(
        () => true,
        () => false,
      );
      await button.click();
      if (await isSent) return;
    }
    throw new Error('no request was sent');
  }

  /** Goes to a tab: until its text is there, then a breath, since the editors still change hands. */
  async show(tab: string): Promise<void> {
    const editor = this.page.locator('.graphiql-query-editor');
    for (let attempt = 0; attempt < 20; attempt++) {
      await this.page.locator('button.graphiql-tab-button', { hasText: tab }).dispatchEvent('click');
      await this.page.waitForTimeout(250);
      if ((await editor.innerText()).replaceAll('\u00a0', ' ').includes(` ${tab}`)) break;
    }
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

    it('follows the book', async () => {
      await playground.show('Follow');
      await playground.run();
      await playground.answered('"ToppedUp"');
      await playground.picture('stream');
    });

    it('complains of nothing, and asks nobody else', () => {
      expect(playground.complaints).toEqual([]);
      expect(playground.outside).toEqual([]);
    });
  },
);
