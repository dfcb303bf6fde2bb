// The panel at /__ai_cleanup/, in a browser.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { App, until } from './app.ts';
import { openPage } from './browser.ts';
import { Database } from './database.ts';

test('it counts live, says who leaks, cleans up, and shows the journal', async (t) => {
  const database = await Database.start(t);
  const app = await App.start(t, { databaseUrl: database.url, mode: 'guarded' });
  const address = /Connections:\s+(\S+)/.exec(app.server.output)?.[1];
  assert.equal(address, `${app.origin}/__ai_cleanup/`, 'the start lines name it');
  const idle = await database.leak('forgotten', 3);

  const page = await openPage(t, address);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (line) => line.type() === 'error' && problems.push(line.text()));
  await page.getByRole('row', { name: /forgotten app .* 3 3/ }).waitFor();
  await page.locator('.chart canvas').waitFor();
  await page.getByText('retired by ai_cleanup 1').waitFor();

  await app.get('/api/info');
  const named = /ai-tutor-[a-z]*\/vite:\d+ src\/server\/db-naive\.ts:9 pid=\d+ app/;
  await page.getByRole('row', { name: named }).waitFor();
  await page.getByRole('row', { name: /src\/server\/db-naive\.ts:9 .* in use/ }).waitFor();

  await page.getByRole('button', { name: 'Clean up' }).click();
  await page.getByText('4 idle connections ended, 0 stayed.').waitFor();
  await page.getByRole('row', { name: /3 forgotten .* call retired/ }).waitFor();
  assert.deepEqual(await idle(), ['57P05', '57P05', '57P05']);
  assert.equal((await app.get('/api/info')).status, 200);
  assert.deepEqual(problems, []);

  await page.close();
  await until('the panel to hang up', async () =>
    (await database.sessions()).every((session) => session.application_name !== 'ai-cleanup'),
  );
});

test('it works without the extension, and says what is missing', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await App.start(t, { databaseUrl: database.url, mode: 'guarded' });
  await database.leak('forgotten', 2);
  const page = await openPage(t, `${app.origin}/__ai_cleanup/`);
  await page.getByText('ai_cleanup is installed, but the server was started without it').waitFor();
  await page.getByText("ALTER SYSTEM SET shared_preload_libraries = 'ai_cleanup'").waitFor();
  await page.getByText('The journal is kept by the extension').waitFor();
  await page.getByRole('row', { name: /forgotten/ }).waitFor();
  await page.getByRole('button', { name: 'Clean up' }).click();
  await page.getByText('2 idle connections ended').waitFor();
});

test('when the server has gone it says so, and comes back with it', async (t) => {
  const database = await Database.start(t);
  const app = await App.start(t, { databaseUrl: database.url, mode: 'guarded' });
  const page = await openPage(t, `${app.origin}/__ai_cleanup/`);
  await page.locator('#count').waitFor();
  await database.cluster.stopServer();
  await page.getByRole('alert').getByText('No PostgreSQL answers').waitFor();
  await page.getByText('What follows was seen at').waitFor();
  await page.locator('.stale #count').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Clean up' }).isDisabled(), true);
  await database.cluster.startServer();
  await page.getByRole('alert').waitFor({ state: 'detached' });
  assert.equal(await page.locator('.stale').count(), 0);
});

test('on a narrow screen the page does not scroll sideways, and tables say that they do', async (t) => {
  const database = await Database.start(t);
  const app = await App.start(t, { databaseUrl: database.url, mode: 'guarded' });
  await database.leak('forgotten', 1);
  const page = await openPage(t, `${app.origin}/__ai_cleanup/`, {
    viewport: { width: 380, height: 800 },
  });
  await page.getByRole('row', { name: /forgotten/ }).waitFor();
  const [page_, card] = await page.evaluate(() =>
    [document.documentElement, document.querySelector('.card > table')?.parentElement].map(
      (element) => ({
        wide: element?.scrollWidth ?? 0,
        shown: element?.clientWidth ?? 0,
        background: element == null ? '' : getComputedStyle(element).backgroundAttachment,
      }),
    ),
  );
  assert.equal(page_?.wide, page_?.shown);
  assert.ok((card?.wide ?? 0) > (card?.shown ?? 0));
  assert.match(card?.background ?? '', /local.*scroll/);
});

test('only its own page may clean up, only names of this server lead to it', async (t) => {
  const database = await Database.start(t);
  const app = await App.start(t, { databaseUrl: database.url, mode: 'guarded' });
  const { port, host } = new URL(app.origin);
  const status = (method: string, path: string, headers: Record<string, string>) =>
    new Promise<number | undefined>((done, failed) => {
      request({ host: 'localhost', port, path: `/__ai_cleanup/${path}`, method, headers })
        .on('response', (response) => done(response.resume().statusCode))
        .on('error', failed)
        .end();
    });
  const origin = app.origin;
  assert.equal(await status('POST', 'api/clean-up', { host, origin }), 200);
  assert.equal(await status('POST', 'api/clean-up', { host }), 403);
  assert.equal(await status('GET', 'api/clean-up', { host, origin }), 403);
  assert.equal(await status('POST', 'api/clean-up', { host, origin: 'http://evil.example' }), 403);
  assert.equal(await status('POST', 'api/clean-up', { host, origin: 'http://localhost:1' }), 403);
  assert.equal(
    await status('POST', 'api/clean-up', { host, origin, 'sec-fetch-site': 'cross-site' }),
    403,
  );
  assert.equal(await status('GET', '', { host: 'evil.example' }), 403);
  assert.equal(await status('GET', 'api/events', { host, 'sec-fetch-site': 'same-site' }), 403);
  assert.equal(await status('GET', '', { host }), 200);
});
