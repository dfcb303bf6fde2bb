// The clean-up with the extension: what goes, what stays and why, and who may do what.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import {
  cleanUp,
  connect,
  findAddress,
  readCount,
  readEndings,
  readLeaks,
  readServer,
} from '../dist/index.js';
import { Clients } from './clients.js';
import { Cluster } from './cluster.js';
import { answer, command } from './command.js';

interface Answer {
  by: string;
  way: string;
  went: { application: string; reason: string }[];
  stayed: { application: string; reason: string }[];
  go: { application: string }[];
  stay: { application: string }[];
  connections: { database: number; server: number; limit: number };
}

let cluster: Cluster;
let clients: Clients;
let superusers: Clients;
before(async () => {
  cluster = await Cluster.start({
    settings: [
      'max_connections = 12',
      'superuser_reserved_connections = 2',
      'ai_cleanup.enabled = off',
    ],
  });
});
beforeEach(() => {
  clients = new Clients(cluster);
  superusers = new Clients(cluster, 'postgres');
});
afterEach(async () => {
  await clients.close();
  await superusers.close();
});
after(() => cluster.stop());

const setting = () => ({ environment: { DATABASE_URL: cluster.url() } });

test('ends the idle, leaves work alone, and gives the reasons', async () => {
  await clients.idle(3);
  const transaction = await clients.inTransaction();
  await clients.atWork();
  await superusers.idle(1, 'admin-tool');
  const { code, stdout } = await command([], setting());
  assert.equal(code, 0, stdout);
  assert.match(stdout, /went +\d+ +app +idle-app +idle .* ai_cleanup\(\) was called/);
  assert.match(stdout, /stayed +\d+ +app +transaction-app .* in a transaction/);
  assert.match(stdout, /stayed +\d+ +app +busy-app .* executing/);
  assert.match(stdout, /stayed +\d+ +postgres +admin-tool .* belongs to a superuser/);
  assert.match(stdout, /3 sessions ended, 3 stayed\. In use now: 4 of 10 connections\./);
  assert.doesNotMatch(stdout, /cannot promise/);
  await transaction.query('COMMIT');
});

test('a dry run tells the same beforehand, and ends nobody', async () => {
  const [client] = await clients.idle(1);
  await clients.inTransaction();
  const dry = await answer<Answer>(['--dry-run'], setting());
  assert.deepEqual(
    [dry.go.map(({ application }) => application), dry.stay.map(({ application }) => application)],
    [['idle-app'], ['transaction-app']],
  );
  await client?.query('SELECT 1');
});

test('a dry run of force ends nobody either, whoever took which', async () => {
  await clients.atWork();
  const { environment } = setting();
  for (const [words, taken] of [
    [['--force', '--dry-run'], {}],
    [['--dry-run'], { npm_config_force: 'true' }],
    [['--force'], { npm_config_dry_run: 'true' }],
  ] as const) {
    const dry = await answer<Answer>([...words], { environment: { ...environment, ...taken } });
    assert.equal(dry.went, undefined, 'nobody went');
    assert.equal(dry.go.length + dry.stay.length, 1);
  }
});

test('force ends all; what the role may not end is still there: exit code 5', async () => {
  await clients.atWork();
  const forced = await answer<Answer>(['--force'], setting());
  assert.deepEqual([forced.by, forced.went.length, forced.stayed.length], ['extension', 1, 0]);
  assert.equal(forced.connections.server, 1);
  await superusers.idle(1, 'admin-tool');
  const refused = await command(['--force'], setting());
  assert.equal(refused.code, 5, refused.stdout);
  assert.match(refused.stdout, /1 session that should have ended is still there/);
});

test('from a program', async () => {
  await clients.idle(2);
  const connection = await connect(findAddress(cluster.url()));
  const server = await readServer(connection);
  assert.equal((await readCount(connection, server)).database, 3);
  const { went, stayed } = await cleanUp(connection, server);
  assert.deepEqual([went.length, stayed.length], [2, 0]);
  assert.equal((await readLeaks(connection, server))[0]?.application, 'ai-cleanup');
  assert.equal((await readEndings(connection, server, 2))?.length, 2);
  await connection.close();
});

test('on another machine it asks first, and where nobody can be asked it does nothing', async () => {
  const [client] = await clients.idle(1);
  // The same server by an address that does not look like this machine's.
  const elsewhere = ['--url', cluster.url().replace('127.0.0.1', '2130706433')];
  for (const more of [[], ['--force']]) {
    const refused = await command([...elsewhere, ...more]);
    assert.equal(refused.code, 7, refused.stdout);
    assert.match(refused.stderr, /app on 2130706433:\d+ is not on this machine, .*--yes/);
  }
  assert.equal((await command([...elsewhere, '--dry-run'])).code, 0, 'that ends nobody');
  await client?.query('SELECT 1');
  const cleaned = await answer<Answer>([...elsewhere, '--yes']);
  assert.equal(cleaned.went.length, 1);
});

test('--idle spares those who were idle for less', async () => {
  const [client] = await clients.idle(1);
  const spared = await answer<Answer>(['--idle', '1h'], setting());
  assert.deepEqual(
    spared.stayed.map(({ reason }) => reason),
    ['not idle for long enough'],
  );
  await client?.query('SELECT 1');
});

test('every slot taken: by a replication connection', async () => {
  await clients.idle(10);
  await superusers.idle(2);
  const cleaned = await answer<Answer>(['--url', cluster.url('postgres')]);
  assert.deepEqual([cleaned.by, cleaned.way, cleaned.went.length], ['extension', 'walsender', 12]);
  assert.deepEqual(cleaned.connections, { database: 0, server: 0, limit: 12 });
});

test('status says who leaks, and who had leaked', async () => {
  await clients.idle(4, 'leaky');
  await command([], setting());
  await clients.idle(2, 'leaky');
  const { stdout } = await command(['status'], setting());
  assert.match(stdout, /3 of 10 connections in use/);
  assert.match(stdout, /^ +2 +2 +\d\.\d s +app +leaky +127\.0\.0\.1 +4$/m);
});
