// The guard's small parts: names of connections, names of databases, and what it takes for pg.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import pg from 'pg';
import { applicationName, parseApplicationName } from '../dist/guard/application_name.js';
import { databaseOf, ignoredLimit } from '../dist/guard/database.js';
import { onBirth } from '../dist/guard/emitters.js';
import { toolOf } from '../dist/guard/program.js';

const program = { project: 'shop', tool: 'vite', port: 3000, pid: 4711 };
const site = { file: 'src/server/db.ts', line: 14 };

test('an application name says project, port, place and pid, in 63 printable bytes', () => {
  assert.equal(applicationName(program), 'shop/vite:3000 pid=4711');
  assert.equal(applicationName(program, site), 'shop/vite:3000 src/server/db.ts:14 pid=4711');
  assert.equal(applicationName({ ...program, port: undefined, pid: 1 }), 'shop/vite pid=1');
  assert.equal(
    applicationName({ ...program, project: 'mäh lädchen', port: 1, pid: 1 }),
    'm_h_l_dchen/vite:1 pid=1',
  );
  const long = { ...program, project: 'x'.repeat(100), port: 65535, pid: 4194304 };
  assert.equal(applicationName(long).length, 63);
  assert.match(applicationName(long), /\/vite:65535 pid=4194304$/);
});

test('where the room is short, the place counts more than the project, and its end most', () => {
  const long = { ...program, project: 'a-very-long-name-of-a-shop' };
  assert.equal(
    applicationName(long, { file: 'packages/db/src/pool.ts', line: 7 }),
    'a-very-long-name-o/vite:3000 packages/db/src/pool.ts:7 pid=4711',
  );
  const deep = applicationName(long, { file: `${'deep/'.repeat(20)}db.ts`, line: 14 });
  assert.equal(deep.length, 63);
  assert.match(deep, /^a-very-l\/vite:3000 ~[\w/]+\/db\.ts:14 pid=4711$/);
});

test('it is read back', () => {
  assert.deepEqual(parseApplicationName(applicationName({ ...program, project: '@acme/shop' })), {
    ...program,
    project: '@acme/shop',
    site: undefined,
  });
  assert.equal(parseApplicationName(applicationName(program, site))?.site, 'src/server/db.ts:14');
  for (const other of ['psql', 'web pid=1', 'pgAdmin 4 - DB:app']) {
    assert.equal(parseApplicationName(other), undefined);
  }
});

test('the tool is the package whose command it is', () => {
  for (const [script, tool] of [
    ['/a/node_modules/.bin/next', 'next'],
    ['/a/node_modules/vite/bin/vite.js', 'vite'],
    ['/a/node_modules/.pnpm/tsx@4/node_modules/tsx/dist/cli.mjs', 'tsx'],
    ['/a/node_modules/@nestjs/cli/bin/nest.js', 'cli'],
    ['C:\\a\\node_modules\\jest\\bin\\jest.js', 'jest'],
    ['/a/server.js', 'node'],
    [undefined, 'node'],
  ] as const) {
    assert.equal(toolOf(script), tool);
  }
});

test('a database is named without any secret, however the URL is written', () => {
  for (const url of [
    'postgresql://app:geheim@db:5432/shop',
    'postgresql://app:ge:geheim@db:5432/shop',
    'postgresql://app:s3@geheim@db:5432/shop',
    'postgresql://app@db:5432/shop?password=geheim',
    'postgresql://app@db:5432/shop?sslmode=disable&sslpassword=geheim',
  ]) {
    assert.equal(databaseOf({ connectionString: url }), 'app@db:5432/shop', url);
  }
  for (const wrong of [
    'postgresql://app:pa/geheim@db/shop',
    'postgresql://app:pa#geheim@db/shop',
    'postgresql://app:pa?geheim@db/shop',
    'host=db password=geheim dbname=shop',
    'app:geheim@db/shop',
  ]) {
    assert.doesNotMatch(databaseOf({ connectionString: wrong }), /geheim/, wrong);
  }
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

test('pools and clients of pg are known as they are made, and nothing else is', () => {
  const born: string[] = [];
  onBirth({
    pool: () => born.push('pool'),
    client: () => born.push('client'),
    httpServer: () => born.push('server'),
  });
  class Poolish extends EventEmitter {
    connect(): void {}
    query(): void {}
  }
  for (const Other of [EventEmitter, Poolish]) {
    new Other();
  }
  assert.deepEqual(born, []);
  new pg.Pool();
  new (class Mine extends pg.Client {})();
  assert.deepEqual(born, ['pool', 'client']);
});
