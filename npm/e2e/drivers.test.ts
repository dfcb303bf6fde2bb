// What becomes of each driver when the extension retires its idle connection, and when a forced
// clean-up ends one in a transaction; without the plugin and with it. The last lines that this
// prints are the table of the README.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
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

/** What is known to die without the plugin. The table shows what happened. */
const mortal = new Set(['pg.Pool', 'drizzle on pg']);

const rows: string[] = [];

for (const [name, file] of Object.entries(drivers)) {
  test(name, async (t) => {
    const database = await Database.start(t);
    const root = await rootFor(t, file, database.url);
    const cells: string[] = [];
    for (const plugin of ['bare', 'plugin']) {
      for (const scene of [retireIdle, forceInTransaction]) {
        const driver = new Driver(t, [root, `/${file}`, plugin], database.url);
        const end = await scene(driver, database);
        if (plugin === 'plugin') assert.equal(end, 'works', `${scene.name} with the plugin`);
        else assert.equal(end, mortal.has(name) ? 'process dies' : 'works', scene.name);
        cells.push(end);
        await driver.stop();
        await until('its sessions to go', async () => (await database.count()) === 0);
      }
    }
    rows.push(`| ${[name, ...cells].join(' | ')} |`);
  });
}

after(() => {
  console.log(
    [
      '',
      '| driver | idle connection retired | in a transaction, forced | retired, with the plugin | forced, with the plugin |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  );
});

/** An idle connection is retired; then the next query. */
async function retireIdle(driver: Driver, database: Database): Promise<End> {
  assert.equal(await driver.ask('query'), 'done');
  await database.cleanUp(false);
  return driver.nextQuery();
}

/** The connection of an open transaction is ended; then the next query, outside of it. */
async function forceInTransaction(driver: Driver, database: Database): Promise<End> {
  assert.equal(await driver.ask('hold'), 'done');
  await database.cleanUp(true);
  return driver.nextQuery();
}

async function rootFor(t: TestContext, file: string, databaseUrl: string): Promise<string> {
  if (file !== 'prisma.ts') return join(here, 'drivers');
  const root = copyApp(t, example);
  await run(root, ['scripts/generate.js'], { DATABASE_URL: databaseUrl });
  cpSync(join(root, 'src/generated'), join(root, 'generated'), { recursive: true });
  cpSync(join(here, 'drivers', file), join(root, file));
  return root;
}
