// A page in Debian's chromium, for the tests and the screenshots.

import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { atEnd, type Owner } from './owner.ts';

const args = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  '--disable-dev-shm-usage',
];

export async function openPage(
  t: Owner,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args,
  });
  atEnd(t, () => browser.close());
  const page = await (await browser.newContext(options)).newPage();
  page.setDefaultTimeout(180_000);
  await page.goto(url);
  return page;
}
