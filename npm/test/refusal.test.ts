// What the guard does where the server has no room for another connection: real pools, on a server
// with five slots for them.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import pg from 'pg';
import { onBirth } from '../dist/guard/emitters.js';
import { guardPool } from '../dist/guard/guard.js';
import { PoolRegister } from '../dist/guard/register.js';
import { Clients } from './clients.js';
import { Cluster } from './cluster.js';

const slots = 5;
let cluster: Cluster;
let others: Clients;
let pool: pg.Pool;
let refused: number[];

before(async () => {
  const watch = {
    register: new PoolRegister(),
    program: { project: 'shop', tool: 'test', port: undefined, pid: process.pid },
    off: () => false,
    trace: () => ({ site: undefined, turn: 0 }),
    lost: () => {},
    refused: (_site: unknown, connections: number) => refused.push(connections),
    ignored: () => {},
  };
  onBirth({
    pool: (made, prototype) => guardPool(made, prototype, watch),
    client: () => {},
    httpServer: () => {},
  });
  cluster = await Cluster.start({
    extension: false,
    settings: [`max_connections = ${slots + 3}`, 'superuser_reserved_connections = 3'],
  });
});
after(() => cluster.stop());
beforeEach(() => {
  refused = [];
  others = new Clients(cluster);
});
afterEach(async () => {
  await pool.end();
  await others.close();
  while ((await cluster.query("SELECT FROM pg_stat_activity WHERE usename = 'app'")).length > 0) {}
});

function newPool(options: pg.PoolConfig = {}): pg.Pool {
  pool = new pg.Pool({ connectionString: cluster.url(), max: slots, ...options });
  return pool;
}

const each = [1, 2, 3, 4, 5];
const refusal = { code: '53300' };

test('a pool that is refused more connections makes do with those that it has', async () => {
  await others.idle(3);
  newPool();
  await Promise.all(each.map(() => pool.query('SELECT pg_sleep(0.1)')));
  assert.ok(refused.length > 0, 'it was refused, or this test shows nothing');
  assert.equal(pool.totalCount, slots - 3);
  assert.equal(pool.waitingCount, 0);
});

test('so does one whose users pass functions', async () => {
  await others.idle(3);
  newPool();
  const asked = each.map(
    (number) =>
      new Promise((resolve, reject) => {
        pool.connect((error, client, done) => {
          if (error) {
            reject(error);
            return;
          }
          client?.query('SELECT $1::int AS number, pg_sleep(0.1)', [number], (failure, result) => {
            done();
            failure ? reject(failure) : resolve(result.rows[0].number);
          });
        });
      }),
  );
  assert.deepEqual(await Promise.all(asked), each);
  assert.ok(refused.length > 0, 'it was refused, or this test shows nothing');
});

test('a pool without a connection waits until the server has room', async () => {
  const [other] = await others.idle(slots);
  newPool();
  const first = pool.query('SELECT 1');
  while (refused.length === 0) {
    await new Promise(setImmediate);
  }
  const more = each.map(() => pool.query('SELECT 1'));
  assert.equal(pool.totalCount, 0, 'the others do not ask the server each on its own');
  assert.equal(pool.waitingCount, 1 + each.length);
  await other?.end();
  await Promise.all([first, ...more]);
  assert.equal(pool.totalCount, 1);
});

test('who holds one and waits for another fails in time, and the pool goes on', async () => {
  await others.idle(slots - 1);
  newPool({ connectionTimeoutMillis: 500 });
  const held = await pool.connect();
  await assert.rejects(pool.connect(), refusal);
  await assert.rejects(pool.query('SELECT 1'), refusal, 'one that came while it waited');
  await held.query('SELECT 1');
  held.release();
  await pool.query('SELECT 1');
  assert.equal(pool.waitingCount, 0);
  assert.equal(pool.idleCount, 1, 'a connection that came too late is given back');
});

test('other failures are passed on at once', async () => {
  newPool({ connectionString: cluster.url().replace(/\/app$/, '/nowhere') });
  await assert.rejects(pool.query('SELECT 1'), { code: '3D000' });
  assert.deepEqual(refused, []);
});
