// The app as it should be, with prismaSingleton().
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { App, run, until } from './app.ts';
import { Database } from './database.ts';

test('it is flat, and never has more than max connections', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await App.start(t, { databaseUrl: database.url });
  await app.get('/api/info');
  const [first] = await database.sessions();
  for (let save = 1; save <= 30; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200);
  }
  assert.deepEqual(await database.sessions(), [first], 'the very same connection');
  const unlock = await database.lock('tutor_sessions');
  const requests = Array.from({ length: 40 }, () => app.get('/api/info'));
  await until('a full pool', async () => (await database.count()) >= 5);
  await unlock();
  assert.ok((await Promise.all(requests)).every(({ ok }) => ok));
  assert.equal(await database.count(), 5);
});

test('a model that prisma generate adds is there without a restart', async (t) => {
  const database = await Database.start(t, { extension: false });
  const app = await App.start(t, { databaseUrl: database.url });
  assert.equal((await app.get('/api/count?of=note')).status, 404);
  app.write(
    'prisma/schema.prisma',
    `${app.read('prisma/schema.prisma')}\nmodel Note {\n  id Int @id @default(autoincrement())\n}\n`,
  );
  app.write('prisma/migrations/2/migration.sql', 'CREATE TABLE "Note" (id serial PRIMARY KEY);');
  await run(app.folder, ['scripts/migrate.js'], { DATABASE_URL: database.url });
  await run(app.folder, ['scripts/generate.js'], {});
  const answer = await until('the new model', async () => {
    const now = await app.get('/api/count?of=note');
    return now.ok ? now : undefined;
  });
  assert.equal(answer.text, '0');
  assert.equal(await database.count(), 1);
  assert.doesNotMatch(app.server.output, /server restarted/);
});
