// The helper of all other tests: its server runs, has the extension or has not, and goes.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import pg from 'pg';
import { Cluster } from './cluster.js';

test('a cluster has the extension, and leaves nothing behind', async () => {
  const cluster = await Cluster.start();
  const client = new pg.Client({ connectionString: cluster.url() });
  await client.connect();
  assert.deepEqual((await client.query('SELECT ai_conn_count() AS count')).rows, [{ count: 1 }]);
  await client.end();
  await cluster.stop();
  assert.equal(existsSync(cluster.folder), false);
});

test('a cluster without the extension has not', async () => {
  const cluster = await Cluster.start({ extension: false });
  await assert.rejects(cluster.query('SELECT ai_conn_count()', 'app'), /does not exist/);
  await cluster.stop();
});
