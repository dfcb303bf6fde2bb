// Other frameworks' development servers with naive code: what leaks without the guard is one
// connection with it, that says where it comes from; and nobody dies of an ended connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type App, until } from './app.ts';
import { Database } from './database.ts';
import { programs, start } from './programs.ts';

const saves = 5;

async function saveAll(app: App): Promise<void> {
  assert.equal((await app.get('/api/info')).status, 200, app.server.output);
  for (let save = 1; save <= saves; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200, app.server.output);
  }
}

for (const [name, program] of Object.entries(programs)) {
  if (name === 'Next.js, Turbopack') {
    test(`${name}, nothing else: it leaks`, async (t) => {
      const database = await Database.start(t, { extension: false });
      await saveAll(await start(t, database, program));
      assert.ok((await database.count()) > saves);
    });
  }

  for (const [way, env] of Object.entries(program.guards)) {
    test(`${name} with ${way}: one connection, named by its line, and nobody dies`, async (t) => {
      const database = await Database.start(t);
      const app = await start(t, database, program, env);
      await saveAll(app);
      await until('one connection', async () => (await database.count()) === 1);
      const [session] = await database.sessions();
      assert.match(
        session?.application_name ?? '',
        /^(next|express)-app\/\w+:\d+ src\/server\/db\.ts:9 pid=\d+$/,
      );
      await database.cleanUp(true);
      assert.equal((await app.get('/api/info')).status, 200, app.server.output);
      assert.equal(app.server.running, true);
      assert.doesNotMatch(app.server.output, /unhandled|uncaught/i);

      const panel = /Connections: +(http:\S+)/.exec(app.server.output)?.[1];
      assert.equal(panel !== undefined, way === 'withAiCleanup', app.server.output);
      if (panel !== undefined) assert.equal((await fetch(panel)).status, 200);
    });
  }
}
