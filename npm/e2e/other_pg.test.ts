// An app with another pg than the plugin has: its copy is guarded all the same.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { App, until } from './app.ts';
import { Database } from './database.ts';

const saves = 10;
const own = createRequire(import.meta.resolve('ai-cleanup'))('pg/package.json') as {
  version: string;
};

test('SvelteKit with naive code, and another pg than the plugin has: one connection', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await App.startFixture(t, 'apps/sveltekit', {
    ...{ databaseUrl: database.url, instead: { pg: 'pg8.11' }, env: { GUARD: 'vite' } },
  });
  await app.watches();
  assert.equal((await app.get('/api/info')).status, 200);
  for (let save = 1; save <= saves; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200);
    await until('one connection', async () => (await database.count()) === 1);
  }
  const { version } = JSON.parse(app.read('node_modules/pg/package.json')) as typeof own;
  assert.notEqual(version, own.version);
});
