// What becomes of each driver when the extension retires its idle connection, and when a forced
// clean-up ends one in a transaction; without the plugin and with it. What happens must be what the
// table in the README says; the last lines that this prints are that table.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { copyApp, example, run, until } from './app.ts';
import { Database } from './database.ts';
import { Driver, type End, here } from './driver.ts';

const drivers: Record<string, string> = {
  'pg.Pool': 'pg-pool.ts',
  'Prisma 7': 'prisma.ts',
  'postgres.js': 'postgres.ts',
  'drizzle on pg': 'drizzle-pg.ts',
  'drizzle on postgres.js': 'drizzle-postgres.ts',
  knex: 'knex.ts',
  typeorm: 'typeorm.ts',
};

const heading =
  '| driver | idle connection retired | in a transaction, forced | retired, with the plugin | forced, with the plugin |';
const readme = readFileSync(join(here, '../README.md'), 'utf8').split('\n');
const rows: string[] = [];

for (const [name, file] of Object.entries(drivers)) {
  test(name, async (t) => {
    // The harder case: told at once, a program that does not listen dies.
    const database = await Database.start(t, {
      settings: ["ai_cleanup.tell_client = 'at_once'"],
    });
    const root = await rootFor(t, file, database.url);
    const cells: string[] = [];
    for (const plugin of ['bare', 'plugin']) {
      for (const scene of [retireIdle, forceInTransaction]) {
        const driver = new Driver(t, [root, `/${file}`, plugin], database.url);
        const end = await scene(driver, database);
        if (plugin === 'plugin') {
          assert.equal(end, 'works', `${scene.name} with the plugin`);
        }
        cells.push(end);
        await driver.stop();
        await until('its sessions to go', async () => (await database.count()) === 0);
      }
    }
    const row = `| ${[name, ...cells].join(' | ')} |`;
    rows.push(row);
    assert.equal(
      readme.find((line) => line.startsWith(`| ${name} |`)),
      row,
      'the README says the same',
    );
  });
}

test('the table in the README has these drivers and no other', () => {
  const first = readme.indexOf(heading) + 2;
  const told = readme.slice(first, readme.indexOf('', first)).map((row) => row.split(' | ')[0]);
  assert.deepEqual(
    told,
    Object.keys(drivers).map((name) => `| ${name}`),
  );
});

after(() => console.log(['', heading, '| --- | --- | --- | --- | --- |', ...rows].join('\n')));

/** An idle connection is retired; then the next query. */
async function retireIdle(driver: Driver, database: Database): Promise<End> {
  assert.equal(await driver.ask('query'), 'done');
  await database.cleanUpAndTell();
  return driver.nextQuery();
}

/** The connection of an open transaction is ended; then the next query, outside of it. */
async function forceInTransaction(driver: Driver, database: Database): Promise<End> {
  assert.equal(await driver.ask('hold'), 'done');
  await database.cleanUp(true);
  return driver.nextQuery();
}

async function rootFor(t: TestContext, file: string, databaseUrl: string): Promise<string> {
  if (file !== 'prisma.ts') {
    return join(here, 'drivers');
  }
  const root = copyApp(t, example);
  await run(root, ['scripts/generate.js'], { DATABASE_URL: databaseUrl });
  cpSync(join(root, 'src/generated'), join(root, 'generated'), { recursive: true });
  cpSync(join(here, 'drivers', file), join(root, file));
  return root;
}
