// What doctor finds: each finding with its remedy, and none where all is well.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { openTransactions } from '../dist/cli/doctor/server.js';
import { connect } from '../dist/database/connection.js';
import { readServer } from '../dist/database/server.js';
import { Clients, pidOf } from './clients.js';
import { Cluster } from './cluster.js';
import { answer, command } from './command.js';

interface Finding {
  id: string;
  level: string;
  what: string;
  remedy: string[];
}

let cluster: Cluster;
let project: string;
before(async () => {
  cluster = await Cluster.start();
});
beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'ai_cleanup.')));
  writeFileSync(join(project, 'package.json'), '{"scripts": {"db:cleanup": "ai-cleanup"}}');
});
afterEach(() => rmSync(project, { recursive: true }));
after(() => cluster.stop());

/** The finding of that name, or undefined where doctor did not find it. */
async function find(
  id: string,
  url = cluster.url(),
  args: string[] = [],
): Promise<Finding | undefined> {
  const environment = { DATABASE_URL: url };
  const told = await answer<{ findings: Finding[] }>(['doctor', ...args], {
    ...{ folder: project, environment },
  });
  return told.findings.find((finding) => finding.id === id && finding.level !== 'fine');
}

function install(name: string, version: string): void {
  const folder = join(project, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version }));
}

test('where all is well it finds no problem', async () => {
  const { code, stdout } = await command(['doctor'], {
    folder: project,
    environment: { DATABASE_URL: cluster.url() },
  });
  assert.equal(code, 0, stdout);
  const [extension] = await cluster.query<{ version: string }>(
    "SELECT extversion AS version FROM pg_extension WHERE extname = 'ai_cleanup'",
    'app',
  );
  assert.ok(
    stdout.includes(`✓ ai_cleanup ${extension?.version} is loaded, created and switched on`),
    stdout,
  );
  assert.match(stdout, /✓ 1 of 97 connections are in use/);
  assert.match(stdout, /^0 problems, /m);
});

test('connection_limit in the URL, by who reads it', async () => {
  const url = `${cluster.url()}?connection_limit=5`;
  assert.equal((await find('connection_limit', url))?.level, 'hint');
  install('@prisma/client', '6.19.3');
  assert.equal(await find('connection_limit', url), undefined);
  install('@prisma/client', '7.10.0');
  const found = await find('connection_limit', url);
  assert.match(found?.what ?? '', /does nothing: Prisma 7\.10\.0 does not read it/);
  assert.match(found?.remedy.join() ?? '', /new PrismaPg\(\{ connectionString, max: 5 \}\)/);
  assert.equal(await find('connection_limit'), undefined);
});

test('force=true in .npmrc, and a project without a script', async () => {
  assert.equal(await find('npm_force'), undefined);
  assert.equal(await find('script'), undefined);
  writeFileSync(join(project, '.npmrc'), 'force=true\n');
  writeFileSync(join(project, 'package.json'), '{}');
  assert.match((await find('npm_force'))?.what ?? '', /\.npmrc has force=true/);
  assert.match((await find('script'))?.remedy.join() ?? '', /npm pkg set scripts\.db:cleanup/);
});

test('pg without a guard, until one is in the scripts or in a configuration', async () => {
  assert.equal(await find('guard'), undefined, 'there is no pg');
  const manifest = (dev: string) =>
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ scripts: { dev }, dependencies: { pg: '8' } }),
    );
  manifest('node server.js');
  assert.match((await find('guard'))?.remedy.join() ?? '', /ai-cleanup init/);
  manifest('node --import ai-cleanup/register server.js');
  assert.equal(await find('guard'), undefined);
  manifest('next dev');
  writeFileSync(
    join(project, 'next.config.mjs'),
    "import { withAiCleanup } from 'ai-cleanup/next';\nexport default withAiCleanup({});\n",
  );
  assert.equal(await find('guard'), undefined);
});

test('connection_limit, which postgres.js hands on to the server', async () => {
  install('postgres', '3.4.9');
  const found = await find('connection_limit', `${cluster.url()}?connection_limit=5`);
  assert.match(found?.what ?? '', /makes postgres\.js fail/);
  assert.match(found?.remedy.join() ?? '', /postgres\(url, \{ max: 5 \}\)/);
});

test('a server on which nobody has installed the extension', async () => {
  const bare = await Cluster.start({ extension: false, files: false });
  try {
    const found = await find('extension', bare.url());
    assert.match(found?.what ?? '', /does not have the extension/);
    assert.match(found?.remedy.join() ?? '', /Install it on the server/);
  } finally {
    await bare.stop();
  }
});

test('a newer version is installed than this database has', async () => {
  const version = (to: string) =>
    cluster.query(
      `UPDATE pg_extension SET extversion = '${to}' WHERE extname = 'ai_cleanup'`,
      'app',
    );
  const [now] = await cluster.query<{ extversion: string }>(
    "SELECT extversion FROM pg_extension WHERE extname = 'ai_cleanup'",
    'app',
  );
  await version('0.9');
  try {
    assert.deepEqual((await find('update'))?.remedy, [
      'In app, as its owner: ALTER EXTENSION ai_cleanup UPDATE;',
    ]);
  } finally {
    await version(now?.extversion ?? '');
  }
  assert.equal(await find('update'), undefined);
});

test('a statement whose client has gone, until the setting is there', async () => {
  const remedy = (await find('lost_clients'))?.remedy[0] ?? '';
  assert.match(remedy, /^ALTER DATABASE app SET client_connection_check_interval/);
  await cluster.query(remedy);
  assert.equal(await find('lost_clients'), undefined);
});

test('a forgotten transaction', async () => {
  const clients = new Clients(cluster);
  const connection = await connect({ url: cluster.url(), from: 'a test' });
  try {
    const client = await clients.inTransaction('forgetful');
    const pid = await pidOf(client);
    const look = async (patience?: string) =>
      openTransactions({ connection, server: await readServer(connection) }, patience);
    assert.deepEqual(await look(), [], 'a minute is nothing');
    const [found, ...others] = await look('0');
    assert.deepEqual(others, []);
    assert.match(
      found?.what ?? '',
      new RegExp(`pid ${pid} \\(forgetful\\) .* transaction for 0 s`),
    );
    const [now, then] = found?.remedy ?? [];
    await cluster.query(now?.replace(/^.*?: /, '') ?? '');
    await clients.untilLost(client);
    await cluster.query(then?.replace(/^.*?: /, '') ?? '');
  } finally {
    await connection.close();
    await clients.close();
  }
});

test('a server that is nearly full', async () => {
  const clients = new Clients(cluster);
  await cluster.query('ALTER SYSTEM SET ai_cleanup.enabled = off');
  await cluster.query('SELECT pg_reload_conf()');
  try {
    assert.equal(await find('fullness'), undefined);
    await clients.idle(80);
    assert.match(
      (await find('fullness'))?.what ?? '',
      /81 of 97 connections are in use, 81 to app/,
    );
  } finally {
    await clients.close();
  }
});

test('a superuser as the application', async () => {
  assert.match(
    (await find('superuser', cluster.url('postgres')))?.what ?? '',
    /postgres is a superuser/,
  );
  assert.equal(await find('superuser'), undefined);
});
