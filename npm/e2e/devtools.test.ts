// The panel as a dock of Vite DevTools.
import { test } from 'node:test';
import { App } from './app.ts';
import { openPage } from './browser.ts';
import { Database } from './database.ts';

test('where Vite DevTools are installed, the panel is a dock there', async (t) => {
  const database = await Database.start(t);
  const app = await App.startFixture(t, 'devtools', { databaseUrl: database.url });
  await database.leak('forgotten', 2);
  const page = await openPage(t, app.origin);
  await page.locator('#devframes-dock').hover(); // which unfolds it
  await page.getByRole('button', { name: 'Connections' }).click();
  const panel = page.frameLocator('iframe[src*="__ai_cleanup"]');
  await panel.getByRole('row', { name: /forgotten app/ }).waitFor();
  await panel.getByRole('button', { name: 'Clean up' }).click();
  await panel.getByText('2 idle connections ended').waitFor();
});
