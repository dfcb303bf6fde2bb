// What the guard does with pools of pg when the code is reloaded: real pools, on a real server.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import pg from 'pg';
import { onBirth } from '../dist/guard/emitters.js';
import { guardClient, guardPool, type Watch } from '../dist/guard/guard.js';
import { PoolRegister } from '../dist/guard/register.js';
import { takeTrace } from '../dist/guard/site.js';
import { Cluster } from './cluster.js';
import { root } from './project.js';

let cluster: Cluster;
let register: PoolRegister;
let lost: string[];
const watch: Watch = {
  register: new PoolRegister(),
  program: { project: 'shop', tool: 'test', port: undefined, pid: process.pid },
  off: () => false,
  trace: () => takeTrace(root),
  lost: ({ message }) => lost.push(message),
  refused: () => {},
  ignored: () => {},
};
const pools: pg.Pool[] = [];

before(async () => {
  onBirth({
    pool: (pool, prototype) => guardPool(pool, prototype, watch),
    client: (_client, prototype) => guardClient(prototype, watch),
    httpServer: () => {},
  });
  cluster = await Cluster.start();
});
after(() => cluster.stop());
beforeEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
  await until(0);
  register = new PoolRegister();
  register.startGeneration(); // as Vite does
  lost = [];
  watch.register = register;
});

/** As code would make it that keeps connections for as long as it can. */
function newPool(url = cluster.url()): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, idleTimeoutMillis: 0, allowExitOnIdle: true });
  pools.push(pool);
  return pool;
}

async function count(): Promise<number> {
  const [row] = await cluster.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM pg_stat_activity WHERE usename = 'app'",
  );
  return row?.count ?? 0;
}

async function until(wanted: number): Promise<void> {
  while ((await count()) !== wanted) {}
}

test('newer code with a pool of its own: the old pool lets go, and can still be used', async () => {
  const old = newPool();
  await Promise.all([1, 2, 3].map(() => old.query('SELECT 1')));
  assert.equal(await count(), 3);
  register.startGeneration();
  const young = newPool();
  await young.query('SELECT 1');
  await until(1);
  assert.deepEqual([register.poolsTrimmed, register.connectionsClosed], [1, 3]);

  assert.equal((await old.query<{ one: number }>('SELECT 1 AS one')).rows[0]?.one, 1);
  assert.equal(old.ended, false);
  await until(1); // what it has opened again does not stay
});

test('a transaction of older code goes on to its end', async () => {
  const old = newPool();
  const client = await old.connect();
  await client.query('BEGIN');
  await client.query('CREATE TEMPORARY TABLE mine AS SELECT 1');
  register.startGeneration();
  await newPool().query('SELECT 1');
  await client.query('SELECT * FROM mine');
  await client.query('COMMIT');
  assert.equal(await count(), 2);
  client.release();
  await until(1);
});

test('pools of the same code, or for other databases, are left alone', async () => {
  const one = newPool();
  const other = newPool(cluster.url('app', 'postgres'));
  await Promise.all([one.query('SELECT 1'), other.query('SELECT 1')]);
  await newPool().query('SELECT 1');
  assert.equal(await count(), 3, 'the same generation');
  register.startGeneration();
  await newPool().query('SELECT 1');
  await until(2);
  assert.deepEqual(
    register.report().map(({ database, total }) => [database.replace(/ on .*/, ''), total]),
    [
      ['postgres', 1],
      ['app', 1],
    ],
  );
});

test('a reload that brings no new pool closes nothing', async () => {
  const kept = newPool();
  await kept.query('SELECT 1');
  register.startGeneration();
  await kept.query('SELECT 1');
  assert.equal(register.poolsTrimmed, 0);
  assert.equal(await count(), 1);
});

test('a lost connection ends nobody, and is told where nobody listens', async () => {
  const silent = newPool();
  await silent.query('SELECT 1');
  await cluster.query('SELECT ai_cleanup(true)', 'app');
  await until(0);
  await silent.query('SELECT 1');
  assert.equal(lost.length, 1, String(lost));

  const listening = newPool();
  const heard = new Promise<Error>((resolve) => listening.once('error', resolve));
  await listening.query('SELECT 1');
  await cluster.query('SELECT ai_cleanup(true)', 'app');
  await heard;
  assert.equal(lost.length, 2, 'of the silent one');
});
