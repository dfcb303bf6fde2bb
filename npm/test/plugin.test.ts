// The plugin's small parts: names, databases, and finding the copies of pg.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { createServer } from 'vite';
import { applicationName } from '../dist/vite/application_name.js';
import aiCleanup, { type AiCleanupPlugin } from '../dist/vite/index.js';
import { databaseOf, ignoredLimit } from '../dist/vite/pools/database.js';
import { findDrivers } from '../dist/vite/pools/drivers.js';

test('an application name says project, port and pid, in 63 printable bytes', () => {
  assert.equal(
    applicationName({ project: 'shop', port: 3000, pid: 4711 }),
    'shop/vite:3000 pid=4711',
  );
  assert.equal(applicationName({ project: 'shop', port: undefined, pid: 1 }), 'shop/vite pid=1');
  assert.equal(
    applicationName({ project: 'mäh lädchen', port: 1, pid: 1 }),
    'm_h_l_dchen/vite:1 pid=1',
  );
  const long = applicationName({ project: 'x'.repeat(100), port: 65535, pid: 4194304 });
  assert.equal(long.length, 63);
  assert.match(long, /\/vite:65535 pid=4194304$/);
});

test('a database is named without its password', () => {
  const of = (connectionString: string) => databaseOf({ connectionString });
  assert.equal(of('postgresql://app:se:cret@db:5432/app'), 'postgresql://app@db:5432/app');
  assert.equal(of('postgresql://app@db/app?password=secret'), 'postgresql://app@db/app?password=');
  assert.equal(of('postgresql:///app?host=/run/pg'), 'postgresql:///app?host=/run/pg');
  assert.equal(
    databaseOf({ user: 'u', password: 's', host: 'h', port: 1, database: 'd' }),
    'u@h:1/d',
  );
});

test('what Prisma 7 ignores in a URL is seen', () => {
  const of = (connectionString: string) => ignoredLimit({ connectionString });
  assert.equal(of('postgresql://a@h/d?connection_limit=5'), 'connection_limit=5');
  assert.equal(of('postgresql://a@h/d?schema=x&pool_timeout=3'), 'pool_timeout=3');
  assert.equal(of('postgresql://a@h/d?schema=x'), undefined);
});

test('it adds no signal handlers, and nothing at the exit', async () => {
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'] as const;
  const listeners = async (plugins: AiCleanupPlugin[]) => {
    const server = await createServer({
      ...{ configFile: false, logLevel: 'silent', plugins },
      server: { middlewareMode: true, ws: false, watch: null },
    });
    const counts = events.map((event) => process.listenerCount(event));
    await server.close();
    return counts;
  };
  await listeners([]); // adds what is added once
  const without = await listeners([]);
  assert.deepEqual(await listeners([aiCleanup()]), without);
});

test('every copy of pg that the project can load is found, once', (t) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ai_cleanup.')));
  t.after(() => rmSync(root, { recursive: true }));
  const write = (file: string, content: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  };
  const pg = (folder: string) => {
    write(`${folder}/node_modules/pg/package.json`, '{ "name": "pg", "main": "index.js" }');
    write(
      `${folder}/node_modules/pg/index.js`,
      'exports.Pool = class {}; exports.Client = class {};',
    );
  };
  const needs = (...names: string[]) =>
    JSON.stringify({ dependencies: Object.fromEntries(names.map((name) => [name, '1'])) });

  write('app/package.json', needs('pg', 'adapter', '@shop/db', 'missing'));
  pg('app');
  // A dependency with a copy of its own, whose package.json is not exported.
  write('app/node_modules/adapter/package.json', '{ "name": "adapter", "exports": {} }');
  pg('app/node_modules/adapter');
  // A package of the same workspace, linked, whose dependency has another copy.
  write('db/package.json', needs('knex', '@shop/app'));
  write('db/node_modules/knex/package.json', '{ "name": "knex" }');
  pg('db/node_modules/knex');
  mkdirSync(join(root, 'app/node_modules/@shop'));
  mkdirSync(join(root, 'db/node_modules/@shop'));
  symlinkSync(join(root, 'db'), join(root, 'app/node_modules/@shop/db'));
  symlinkSync(join(root, 'app'), join(root, 'db/node_modules/@shop/app'));

  assert.deepEqual(
    [...findDrivers(join(root, 'app')).keys()].map((file) => file.slice(root.length + 1)).sort(),
    [
      'app/node_modules/adapter/node_modules/pg/index.js',
      'app/node_modules/pg/index.js',
      'db/node_modules/knex/node_modules/pg/index.js',
    ],
  );
});
