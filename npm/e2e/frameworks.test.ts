// Other frameworks' development servers with naive code: what leaks without the guard is one
// connection with it, that says where it comes from; and nobody dies of an ended connection. For
// 40 saves there is npm run table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type App, until } from './app.ts';
import { Database } from './database.ts';
import { obstacle, programs, start } from './programs.ts';

const saves = 5;
const leaking = 'Next.js, Turbopack';

async function saveAll(app: App): Promise<void> {
  for (let save = 1; save <= saves; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200, app.server.output);
  }
}

for (const [name, program] of Object.entries(programs)) {
  const skip = obstacle(program) ?? false;
  if (name === leaking) {
    test(`${name}, nothing else: it leaks`, async (t) => {
      const database = await Database.start(t, { extension: false });
      await saveAll(await start(t, database, program));
      assert.ok((await database.count()) > saves);
    });
  }

  for (const [way, env] of Object.entries(program.guards)) {
    const what = `${name} with ${way}: one connection, named by its line, and nobody dies`;
    test(what, { skip }, async (t) => {
      const database = await Database.start(t);
      const app = await start(t, database, program, env);
      await saveAll(app);
      await until('one connection', async () => (await database.count()) === 1);
      const [session] = await database.sessions();
      assert.match(
        session?.application_name ?? '',
        new RegExp(`^${program.app}-app/\\w+:\\d+ src/server/db\\.ts:9 pid=\\d+$`),
      );
      await database.cleanUp(true);
      assert.equal((await app.get('/api/info')).status, 200, app.server.output);
      assert.equal(app.server.running, true);
      assert.doesNotMatch(app.server.output, /unhandled|uncaught/i);

      const panel = /Connections: +(http:\S+)/.exec(app.server.output)?.[1];
      if (way === 'withAiCleanup') {
        assert.ok(panel !== undefined, app.server.output);
      }
      if (way === 'register') {
        assert.equal(panel, undefined);
      }
      if (panel !== undefined) {
        assert.equal((await fetch(panel)).status, 200);
      }
    });
  }
}
