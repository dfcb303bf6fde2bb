// The naive app with the plugin, without the extension: the leak itself is gone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, until } from './app.ts';
import { Database } from './database.ts';

test('naive code with the plugin stays at one pool', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await App.start(t, { databaseUrl: database.url, mode: 'guarded' });
  await app.get('/api/info');
  for (let save = 1; save <= 30; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200);
    await until('one connection', async () => (await database.count()) === 1);
  }
  const [session] = await database.sessions();
  const { port } = new URL(app.origin);
  const { pid } = app.server.process;
  assert.match(
    session?.application_name ?? '',
    new RegExp(`^ai-tutor-[a-z]*/vite:${port} src/server/db-naive\\.ts:9 pid=${pid}$`),
  );
});

test('a restart of Vite brings no second pool', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await App.start(t, { databaseUrl: database.url, mode: 'guarded' });
  await app.get('/api/info');
  for (let restart = 1; restart <= 3; restart++) {
    app.edit('vite.config.ts', /^/, '// saved\n');
    await until(
      'the restart',
      async () => app.server.output.split('server restarted').length > restart,
    );
    assert.equal((await app.get('/api/info')).status, 200);
    await until('one connection', async () => (await database.count()) === 1);
  }
});

test('it points at connection_limit in the URL', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await App.start(t, {
    databaseUrl: `${database.url}?connection_limit=5`,
    mode: 'guarded',
  });
  await app.get('/api/info');
  await until('the warning', async () =>
    /connection_limit=5 .* does nothing/.exec(app.server.output),
  );
});
