// npm run screenshots: makes the pictures of the README, npm/docs/*.png, of the panel and of
// `ai-cleanup watch`, from a real app on a real server.
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { App } from './app.ts';
import { openPage } from './browser.ts';
import { Database } from './database.ts';
import { Terminal } from './terminal.ts';

const folder = fileURLToPath(new URL('../docs/', import.meta.url));
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
mkdirSync(folder, { recursive: true });

const ends: (() => unknown)[] = [];
const owner = { after: (end: () => unknown) => ends.push(end) };
try {
  const database = await Database.start(owner);
  const app = await App.start(owner, { databaseUrl: database.url, mode: 'guarded' });
  const page = await openPage(owner, `${app.origin}/__ai_cleanup/`, {
    viewport: { width: 1120, height: 1200 },
    deviceScaleFactor: 1.5,
  });
  await page.locator('#count').waitFor();
  const picture = async (name: string) => {
    await sleep(1500);
    await page.screenshot({ path: `${folder}panel-${name}.png` });
  };
  await picture('empty');
  const watch = new Terminal(owner, `'${process.execPath}' '${main}' watch --interval 0.5s`, {
    DATABASE_URL: database.url,
  });

  // A morning's work: saves here, and something else that forgets its connections.
  for (let round = 1; round <= 2; round++) {
    for (let step = 1; step <= 9; step++) {
      await database.leak('report-worker', 2);
      if (step % 3 === 0) {
        await app.save(`Ada ${round}.${step}`);
      }
      await sleep(1000);
    }
    if (round === 1) {
      await page.getByRole('button', { name: 'Clean up' }).click();
      await page.getByText(/idle connections ended/).waitFor();
      await sleep(3000);
    }
  }
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(colorScheme);
  }
  await page.setViewportSize({ width: 380, height: 1200 });
  await picture('narrow');
  await page.setViewportSize({ width: 1120, height: 1200 });
  await watch.quit('q', owner, `${folder}watch.png`);
  await database.cluster.stopServer();
  await page.getByRole('alert').waitFor();
  await picture('down');
} finally {
  for (const end of ends) {
    await end();
  }
}
