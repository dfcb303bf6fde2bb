// What the command says, and its exit code, when there is no way to the database.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Cluster } from './cluster.js';
import { answer, command } from './command.js';

let cluster: Cluster;
let folder: string;
before(async () => {
  cluster = await Cluster.start({ auth: 'scram-sha-256', extension: false });
  folder = mkdtempSync(join(tmpdir(), 'ai_cleanup.'));
});
after(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

const commands = ['cleanup', 'status', 'watch', 'reset'];

async function fails(url: string | undefined, code: number, ...said: RegExp[]): Promise<void> {
  const environment: Record<string, string> = url === undefined ? {} : { DATABASE_URL: url };
  for (const name of commands) {
    const finished = await command([name], { folder, environment });
    assert.equal(finished.code, code, `${name}: ${finished.stdout}${finished.stderr}`);
    for (const pattern of said) {
      assert.match(finished.stderr, pattern, name);
    }
    assert.doesNotMatch(finished.stdout + finished.stderr, /secret|geheim| at .*\.js/, name);
  }
  const doctor = await command(['doctor'], { folder, environment });
  assert.equal(doctor.code, 6, 'doctor finds the same and ends as always');
  for (const pattern of said) {
    assert.match(doctor.stdout, pattern);
  }
}

test('no DATABASE_URL', () => fails(undefined, 2, /no DATABASE_URL/, /\.env/, /--url/));

test('a URL of another database', () => fails('mysql://root@localhost/x', 2, /begins with mysql:/));

test('a wrong password', () =>
  fails(
    cluster.url('app', 'app', 'geheim'),
    3,
    /does not let us in/,
    /password authentication failed/,
  ));

test('a database that does not exist', () =>
  fails(cluster.url('app', 'nowhere'), 3, /no such database/, /"nowhere" does not exist/));

test('a password is needed', () =>
  fails(`postgresql://app@127.0.0.1:${cluster.port}/app`, 3, /wants a password/));

test('a server that is down', async () => {
  await cluster.stopServer();
  try {
    await fails(cluster.url(), 3, /No PostgreSQL answers/, /Start the server/);
    const told = await answer<{ error: string }>(['status'], {
      folder,
      environment: { DATABASE_URL: cluster.url() },
    });
    assert.equal(told.error, 'unreachable');
  } finally {
    await cluster.startServer();
  }
});

test('a command that is not understood', async () => {
  for (const args of [
    ['stauts'],
    ['--forse'],
    ['cleanup', '--idle', 'soon'],
    ['reset', '--ports', 'x'],
    ['watch', '--interval', '0'],
  ]) {
    const finished = await command(args, { folder });
    assert.equal(finished.code, 2, args.join(' '));
    assert.match(finished.stderr, /--help/);
  }
});

test('of several databases one JSON object each', async () => {
  const { code, stdout } = await command(
    ['status', '--json', cluster.url(), cluster.url('postgres', 'postgres')],
    { folder },
  );
  assert.equal(code, 0);
  const told = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { server: { database: string; role: string } });
  assert.deepEqual(
    told.map(({ server }) => `${server.role} in ${server.database}`),
    ['app in app', 'postgres in postgres'],
  );
});

test('of several databases, those that answer are shown, and the exit code tells of the other', async () => {
  const finished = await command(['status', cluster.url(), cluster.url('app', 'nowhere')], {
    folder,
  });
  assert.equal(finished.code, 3);
  assert.match(finished.stdout, /app on 127\.0\.0\.1:\d+ .*\n.* 1 of 97 connections in use/);
  assert.match(finished.stderr, /nowhere on .*no such database/);
});
