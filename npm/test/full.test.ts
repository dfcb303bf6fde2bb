// The worst moment: no connection slot is free. Without the extension, which would make room.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Clients } from './clients.js';
import { Cluster } from './cluster.js';
import { answer, clean, command, main } from './command.js';

const slots = 8;
const reserved = 2;

let cluster: Cluster;
let clients: Clients;
let superusers: Clients;
before(async () => {
  cluster = await Cluster.start({
    extension: false,
    settings: [`max_connections = ${slots}`, `superuser_reserved_connections = ${reserved}`],
  });
  await cluster.query('CREATE ROLE copier LOGIN REPLICATION');
  await cluster.query('GRANT pg_signal_backend, pg_read_all_stats TO copier');
});
beforeEach(() => {
  clients = new Clients(cluster);
  superusers = new Clients(cluster, 'postgres');
});
afterEach(async () => {
  await superusers.close();
  await clients.close();
});
after(() => cluster.stop());

/** Takes every slot: those of ordinary roles, then those kept for superusers. */
async function fill(): Promise<void> {
  await clients.idle(slots - reserved);
  await superusers.idle(reserved, 'admin-tool');
}

test('full for ordinary roles: it tries again for a while, then says what to do', async () => {
  await clients.idle(slots - reserved);
  const url = cluster.url();
  const { code, stderr } = await command(['--url', url, '--wait', '1']);
  assert.equal(code, 4);
  assert.match(stderr, /No connection to app on .* is free/);
  assert.match(stderr, /ai-cleanup reset/);
});

test('as soon as a slot comes free, it is in', async () => {
  const opened = await clients.idle(slots - reserved);
  const child = spawn(process.execPath, [main, 'status', '--wait', '10min'], {
    env: clean({ DATABASE_URL: cluster.url() }),
  });
  let said = '';
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
  });
  await untilRefused();
  await opened[0]?.end();
  assert.equal(await new Promise((resolve) => child.on('close', resolve)), 0);
  assert.match(said, /6 of 6 connections in use/);
});

/** Waits until the server has refused somebody. */
async function untilRefused(): Promise<void> {
  const before = refusals();
  while (refusals() === before) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const refusals = () => cluster.log.match(/remaining connection slots are reserved/g)?.length ?? 0;

test('every slot taken: a superuser comes in by a replication connection, and cleans up', async () => {
  await fill();
  const environment = { DATABASE_URL: cluster.url('postgres') };
  const status = await command(['status'], { environment });
  assert.match(status.stdout, /8 of 8 connections in use/);
  const { code, stdout } = await command([], { environment });
  assert.equal(code, 0, stdout);
  assert.match(stdout, /came in by a replication connection/);
  assert.match(stdout, /8 sessions ended, 0 stayed\. In use now: 0 of 8 connections\./);
});

test('so does a role with REPLICATION; what it may not end stays', async () => {
  await fill();
  const cleaned = await answer<{ way: string; went: []; stayed: { reason: string }[] }>([
    ...['--url', cluster.url('copier')],
  ]);
  assert.deepEqual([cleaned.way, cleaned.went.length], ['walsender', slots - reserved]);
  assert.deepEqual(
    cleaned.stayed.map(({ reason }) => reason),
    Array(reserved).fill('our role may not end it'),
  );
});

test('doctor says that this is the only way in', async () => {
  await fill();
  const { code, stdout } = await command(['doctor', '--url', cluster.url('postgres')]);
  assert.equal(code, 6);
  assert.match(stdout, /Every connection slot is taken; we came in by a replication connection/);
  assert.match(stdout, /8 of 8 connections are in use/);
});
