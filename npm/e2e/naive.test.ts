// The naive app: what becomes of it alone, and with nothing but the extension in the server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, until } from './app.ts';
import { Database } from './database.ts';

test('control: without extension and plugin, it fails within 27 saves at 30 slots', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await App.start(t, { databaseUrl: database.url, mode: 'naive' });
  let saves = 0;
  let answer = await app.get('/api/info');
  while (answer.ok && saves < 27) {
    saves += 1;
    answer = await app.save(`Ada ${saves}`);
  }
  t.diagnostic(`failed after ${saves} saves with ${await database.count()} connections`);
  assert.equal(answer.status, 500);
  assert.match(answer.text, /remaining connection slots are reserved|too many clients/);
});

test('with the extension alone, 200 saves are answered', async (t) => {
  const database = await Database.start(t);
  const app = await App.start(t, { databaseUrl: database.url, mode: 'naive' });
  let most = 0;
  for (let save = 1; save <= 200; save++) {
    const answer = await app.save(`Ada ${save}`);
    assert.equal(answer.status, 200, `save ${save}: ${answer.text}`);
    most = Math.max(most, await database.count());
  }
  t.diagnostic(`200 saves, at most ${most} connections`);
  assert.ok(most > 5, 'it has leaked, or this test shows nothing');
});

test('with connection_budget = 10, there are never more than 10 a second after a save', async (t) => {
  const database = await Database.start(t, {
    settings: ['ai_cleanup.connection_budget = 10', 'ai_cleanup.ripe_for_headroom = 0'],
  });
  const app = await App.start(t, { databaseUrl: database.url, mode: 'naive' });
  let longest = 0;
  let most = 0;
  // As fast as here, twice the budget of them would look like a pool that refills itself.
  for (let save = 1; save <= 25; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200);
    const saved = performance.now();
    await until('10 connections or fewer', async () => {
      const count = await database.count();
      most = Math.max(most, count);
      return count <= 10;
    });
    longest = Math.max(longest, performance.now() - saved);
  }
  t.diagnostic(`at most ${most}; 10 or fewer again after ${longest.toFixed(0)} ms at the latest`);
  assert.ok(longest < 1000, `it took ${longest} ms`);
  assert.ok(most >= 10, 'the budget has been reached, or this test shows nothing');
});
