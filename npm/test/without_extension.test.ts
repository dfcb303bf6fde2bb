// The clean-up by plain SQL, on a server that does not have the extension.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Clients } from './clients.js';
import { Cluster } from './cluster.js';
import { answer, command } from './command.js';

interface Answer {
  by: string;
  way: string;
  went: { pid: number; application: string }[];
  stayed: { application: string; reason: string }[];
  go: { application: string }[];
  stay: { application: string }[];
  remaining: number;
}

let cluster: Cluster;
let clients: Clients;
before(async () => {
  cluster = await Cluster.start({ extension: false });
});
beforeEach(() => {
  clients = new Clients(cluster);
});
afterEach(() => clients.close());
after(() => cluster.stop());

const setting = () => ({ environment: { DATABASE_URL: cluster.url() } });

test('ends the idle, leaves work alone, and says what it cannot promise', async () => {
  const [idle] = await clients.idle(3);
  const transaction = await clients.inTransaction();
  const busy = await clients.atWork();
  const { code, stdout } = await command([], setting());
  assert.equal(code, 0);
  assert.match(stdout, /cannot promise that no work is killed/);
  assert.match(stdout, /3 sessions ended, 2 stayed\./);
  assert.match(stdout, /stayed +\d+ +app +transaction-app .* is in a transaction/);
  assert.match(stdout, /stayed +\d+ +app +busy-app .* executes a statement/);
  assert.ok(idle);
  await clients.untilLost(idle);
  assert.deepEqual([clients.isLost(transaction), clients.isLost(busy)], [false, false]);
});

test('what only looks idle is spared and named, as far as SQL can see; force ends it', async () => {
  const client = async (name: string) => (await clients.idle(1, name))[0];
  const listener = await client('listener');
  const holder = await client('migrate');
  const owner = await client('owner');
  await client('psql');
  await client('forgotten');
  await listener?.query('listen news');
  await holder?.query('SELECT pg_advisory_lock(72707369)');
  await owner?.query('CREATE TEMPORARY TABLE mine ()');
  const cleaned = await answer<Answer>([], setting());
  const reasons = Object.fromEntries(
    cleaned.stayed.map(({ application, reason }) => [application, reason]),
  );
  const seesTables = (
    await cluster.query<{ version: number }>(
      "SELECT current_setting('server_version_num')::int AS version",
    )
  )[0];
  assert.deepEqual(reasons, {
    listener: 'protected: it listens for notifications',
    migrate: 'protected: it holds a session-level lock',
    ...((seesTables?.version ?? 0) >= 160000
      ? { owner: 'protected: it has temporary tables' }
      : {}),
    psql: 'is a database tool that somebody has open',
  });
  const forced = await answer<Answer>(['force'], setting());
  assert.equal(forced.went.length, cleaned.stayed.length);
});

test('a dry run ends nobody', async () => {
  const opened = await clients.idle(2);
  await clients.inTransaction();
  const dry = await answer<Answer>(['--dry-run'], setting());
  assert.deepEqual([dry.go.length, dry.stay.length], [2, 1]);
  for (const client of opened) {
    await client.query('SELECT 1');
  }
});

test('force ends all', async () => {
  await clients.idle(1);
  await clients.atWork();
  const forced = await answer<Answer>(['force'], setting());
  assert.deepEqual([forced.by, forced.went.length, forced.stayed.length], ['sql', 2, 0]);
});

test('--idle spares those who were idle for less', async () => {
  const [client] = await clients.idle(1);
  const spared = await answer<Answer>(['--idle', '1h'], setting());
  assert.deepEqual([spared.went.length, spared.stayed.length], [0, 1]);
  await client?.query('SELECT 1');
});

test('what the role may not end is still there: exit code 5, and why', async () => {
  const superusers = new Clients(cluster, 'postgres');
  await superusers.idle(1, 'admin-tool');
  const refused = await command(['force'], setting());
  assert.equal(refused.code, 5, refused.stdout);
  assert.match(refused.stdout, /admin-tool .*our role may not end it/);
  await superusers.close();
});
