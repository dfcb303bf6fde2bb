// A query whose connection was retired before it was sent is sent again: on a real server, with
// connections that are retired while this process can hear of nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import pg from 'pg';
import { resend } from '../dist/guard/resend.js';
import { pidOf } from './clients.js';
import { Cluster } from './cluster.js';

let cluster: Cluster;
let pool: pg.Pool;
before(async () => {
  cluster = await Cluster.start();
  await cluster.query('CREATE TABLE notes (id serial, text text)', 'app');
  await cluster.query('ALTER TABLE notes OWNER TO app', 'app');
});
after(() => cluster.stop());
beforeEach(async () => {
  await cluster.query('TRUNCATE notes', 'app');
  pool = newPool(3);
  resend(pool);
});
afterEach(() => pool.end());

function newPool(max: number): pg.Pool {
  const made = new pg.Pool({ connectionString: cluster.url(), max, idleTimeoutMillis: 0 });
  made.on('error', () => {}).on('connect', (client) => client.on('error', () => {}));
  return made;
}

function retireUnheard(): number {
  const args = [cluster.url('postgres', 'app'), '-qAtc', 'SELECT ai_cleanup()'];
  return Number(execFileSync('psql', args, { encoding: 'utf8' }));
}

async function fill(count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => pool.query('SELECT pg_sleep(0.05)')));
  assert.equal(pool.idleCount, count);
}

const notes = async () =>
  (await cluster.query<{ text: string }>('SELECT text FROM notes ORDER BY id', 'app')).map(
    ({ text }) => text,
  );

test('without it such a query fails, or these tests would show nothing', async () => {
  const plain = newPool(1);
  await plain.query('SELECT 1');
  assert.equal(retireUnheard(), 1);
  await assert.rejects(plain.query('SELECT 1'), { code: '57P05' });
  await plain.end();
});

test('a query of its own, though every connection of the pool is dead: executed once', async () => {
  await fill(3);
  assert.equal(retireUnheard(), 3);
  await pool.query('INSERT INTO notes (text) VALUES ($1)', ['once']);
  assert.deepEqual(await notes(), ['once']);
  assert.equal(pool.totalCount <= 3, true);
});

test('with a callback', async () => {
  await fill(1);
  retireUnheard();
  const { rows } = await new Promise<pg.QueryResult<{ one: number }>>((done, failed) =>
    pool.query<{ one: number }>('SELECT 1 AS one', (error, result) =>
      error ? failed(error) : done(result),
    ),
  );
  assert.deepEqual(rows, [{ one: 1 }]);
});

test("a transaction's BEGIN: the rest goes to the connection that stands in, and so does its end", async () => {
  await fill(1);
  const client = await pool.connect();
  client.release();
  const again = await pool.connect();
  assert.equal(again, client);
  retireUnheard();
  await again.query('BEGIN');
  await again.query('CREATE TEMPORARY TABLE mine AS SELECT 1');
  await again.query('INSERT INTO notes (text) VALUES ($1)', ['in a transaction']);
  await again.query('SELECT * FROM mine');
  await again.query('COMMIT');
  const notices: string[] = [];
  again.on('notice', ({ message }) => notices.push(message ?? ''));
  await again.query("DO $$ BEGIN RAISE NOTICE 'heard'; END $$");
  assert.deepEqual(notices, ['heard']);
  again.release();
  assert.throws(() => again.release(), /already been released/);
  assert.deepEqual(await notes(), ['in a transaction']);
  assert.deepEqual([pool.totalCount, pool.idleCount], [1, 1]);
  await pool.query('SELECT 1');
});

test('what was asked second is not sent again: it may rely on what came before', async () => {
  const client = await pool.connect();
  await client.query("SET application_name = 'mine'");
  retireUnheard();
  await assert.rejects(client.query('SELECT 1'), { code: '57P05' });
  client.release(true);
});

test('an error of the query itself goes to whoever asked, and the pool goes on', async () => {
  await assert.rejects(pool.query('SELECT 1/0'), { code: '22012' });
  const client = await pool.connect();
  await assert.rejects(client.query('nonsense'), { code: '42601' });
  client.release();
  assert.equal(pool.idleCount, 1);
});

test('a forced end is none of this: the error is told', async () => {
  const client = await pool.connect();
  const pid = await pidOf(client as unknown as pg.Client);
  client.release();
  const args = [
    cluster.url('postgres', 'app'),
    '-qAtc',
    `SELECT pg_terminate_backend(${pid}, 9999)`,
  ];
  execFileSync('psql', args);
  await assert.rejects(pool.query('SELECT 1'), { code: '57P01' });
});

test('where there is no other connection, the error says so, and nothing hangs', async () => {
  await fill(1);
  await cluster.query('ALTER ROLE app CONNECTION LIMIT 0');
  try {
    retireUnheard();
    await assert.rejects(pool.query('SELECT 1'), { code: '53300' });
    assert.equal(pool.totalCount, 0);
  } finally {
    await cluster.query('ALTER ROLE app CONNECTION LIMIT -1');
  }
  await pool.query('SELECT 1');
});
