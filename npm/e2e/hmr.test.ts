// Hot reload of the page itself, with the plugin in place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App } from './app.ts';
import { openPage } from './browser.ts';
import { Database } from './database.ts';

test('a save of a component is shown at once, and what was typed stays', async (t) => {
  const database = await Database.start(t);
  const app = await App.start(t, { databaseUrl: database.url });
  await app.watches('src/page');
  const page = await openPage(t, app.origin);
  await page.getByRole('heading', { name: 'Tutor sessions' }).waitFor();
  await page.getByLabel('Topic').fill('half-written');
  await page.evaluate(() => {
    document.title = 'the same page';
  });
  app.edit('src/page/App.tsx', '<h1>Tutor sessions</h1>', '<h1>Lessons</h1>');
  await page.getByRole('heading', { name: 'Lessons' }).waitFor();
  assert.equal(await page.getByLabel('Topic').inputValue(), 'half-written');
  assert.equal(await page.title(), 'the same page');

  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByRole('listitem').getByText('half-written').waitFor();
});
