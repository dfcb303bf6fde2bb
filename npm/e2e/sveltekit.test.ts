// Another framework's dev server with naive code: leaks without the plugin, is flat with it.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { App, until } from './app.ts';
import { Database } from './database.ts';

const saves = 10;

async function start(t: TestContext, database: Database, mode: string): Promise<App> {
  const app = await App.startFixture(t, 'sveltekit', 'src/app.html', {
    ...{ databaseUrl: database.url, mode },
  });
  assert.equal((await app.get('/api/info')).status, 200);
  return app;
}

test('SvelteKit with naive code: a connection more with each save', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await start(t, database, 'naive');
  for (let save = 1; save <= saves; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200);
  }
  assert.equal(await database.count(), 1 + saves);
});

test('SvelteKit with naive code and the plugin: one connection', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await start(t, database, 'development');
  for (let save = 1; save <= saves; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200);
    await until('one connection', async () => (await database.count()) === 1);
  }
});
