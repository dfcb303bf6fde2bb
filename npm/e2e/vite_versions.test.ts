// The plugin in older Vites: it is loaded, and guards.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Database } from './database.ts';
import { Driver, here } from './driver.ts';

for (const vite of ['vite5', 'vite6', 'vite7']) {
  test(vite, async (t) => {
    const database = await Database.start(t);
    const driver = new Driver(
      t,
      [join(here, 'drivers'), '/pg-pool.ts', 'plugin', vite],
      database.url,
    );
    assert.equal(await driver.ask('query'), 'done');
    const [session] = await database.sessions();
    assert.match(session?.application_name ?? '', /^drivers\/vite pg-pool\.ts:4 pid=\d+$/);
    await database.cleanUp(false);
    assert.equal(await driver.nextQuery(), 'works');
  });
}
