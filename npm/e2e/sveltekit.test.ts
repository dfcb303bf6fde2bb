// Another framework's dev server with naive code: leaks without the plugin, is flat with it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { type TestContext, test } from 'node:test';
import { App, type AppOptions, until } from './app.ts';
import { Database } from './database.ts';

const saves = 10;
const own = createRequire(import.meta.resolve('ai-cleanup'))('pg/package.json') as {
  version: string;
};

async function start(t: TestContext, database: Database, options: Partial<AppOptions>) {
  const app = await App.startFixture(t, 'sveltekit', { databaseUrl: database.url, ...options });
  await app.watches();
  assert.equal((await app.get('/api/info')).status, 200);
  return app;
}

test('SvelteKit with naive code: a connection more with each save', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await start(t, database, { mode: 'naive' });
  for (let save = 1; save <= saves; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200);
  }
  assert.equal(await database.count(), 1 + saves);
});

for (const [what, options] of [
  ['the plugin', {}],
  ['the plugin, and another pg than the plugin has', { instead: { pg: 'pg8.11' } }],
] satisfies [string, Partial<AppOptions>][]) {
  test(`SvelteKit with naive code and ${what}: one connection`, async (t) => {
    const database = await Database.start(t, { extension: false });
    const app = await start(t, database, options);
    for (let save = 1; save <= saves; save++) {
      assert.equal((await app.save(`Ada ${save}`)).status, 200);
      await until('one connection', async () => (await database.count()) === 1);
    }
    const { version } = JSON.parse(app.read('node_modules/pg/package.json')) as typeof own;
    assert.equal(version === own.version, !('instead' in options), version);
  });
}
