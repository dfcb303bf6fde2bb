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
  await page.getByRole('row', { name: /ai-tutor-sessions\/vite:\d+ pid=\d+ app/ }).waitFor();
  await page.getByRole('row', { name: /in use/ }).waitFor();

  await page.getByRole('button', { name: 'Clean up' }).click();
  await page.getByText('4 idle connections ended, 0 stayed.').waitFor();
  await page
    .getByRole('row', { name: /forgotten .* call retired/ })
    .first()
    .waitFor();
  assert.equal(await page.getByRole('row', { name: /forgotten .* call retired/ }).count(), 3);
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
  await page.getByText('ai_cleanup is not loaded into this server').waitFor();
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
  await database.cluster.startServer();
  await page.getByRole('alert').waitFor({ state: 'detached' });
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
