// Where the connection string comes from, and what is said of one that is none.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { describe, findAddress, isLocal } from '../dist/database/address.js';
import { Problem } from '../dist/problem.js';

const url = 'postgresql://app:geheim@db.example:6543/shop';
let project: string;
let inside: string;

before(() => {
  project = mkdtempSync(join(tmpdir(), 'ai_cleanup.'));
  inside = join(project, 'src');
  mkdirSync(inside);
  writeFileSync(join(project, 'package.json'), '{}');
});
after(() => rmSync(project, { recursive: true }));

test('--url, then the environment, then .env, found from inside the project, too', () => {
  writeFileSync(
    join(project, '.env'),
    `PASSWORD=pw\nDATABASE_URL="postgresql://a:\${PASSWORD}@h/d"\n`,
  );
  const environment = { DATABASE_URL: 'postgresql://environment/d' };
  assert.deepEqual(findAddress(url, environment, inside), { url, from: 'the command line' });
  assert.equal(findAddress(undefined, environment, inside).from, 'DATABASE_URL');
  assert.deepEqual(findAddress(undefined, {}, inside), {
    url: 'postgresql://a:pw@h/d',
    from: '.env',
  });
  writeFileSync(join(project, '.env.local'), 'DATABASE_URL=postgresql://local/d\n');
  assert.equal(findAddress(undefined, {}, project).from, '.env.local');
  rmSync(join(project, '.env.local'));
  rmSync(join(project, '.env'));
});

test('without any it says where it looked', () => {
  assert.throws(() => findAddress(undefined, {}, inside), isProblem(/no DATABASE_URL/, /\.env/));
});

/** Finds the address in a folder with these files, and forgets them again. */
function found(files: Record<string, string>, environment = {}, folder = project) {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), content);
  }
  try {
    return findAddress(undefined, environment, folder);
  } finally {
    for (const file of Object.keys(files)) {
      rmSync(join(project, file));
    }
    writeFileSync(join(project, 'package.json'), '{}');
  }
}

test('a name in one .env file may come from another, from the environment, or have a default', () => {
  const files = {
    '.env': `HOST=base\nPORT=1\nWHOLE=$HOST:\${PORT}`,
    '.env.local': `DATABASE_URL="postgresql://\${WHO:-me}@\${WHOLE}/d\\$1"\nHOST=mine`,
  };
  assert.equal(found(files).url, 'postgresql://me@mine:1/d$1');
  assert.equal(found(files, { PORT: '2', WHO: 'you' }).url, 'postgresql://you@mine:2/d$1');
});

test('Next.js has another order of the files than Vite', () => {
  const files = {
    '.env.local': 'DATABASE_URL=postgresql://h/local',
    '.env.development': 'DATABASE_URL=postgresql://h/development',
  };
  assert.equal(found(files).from, '.env.development');
  const next = { ...files, 'package.json': '{ "dependencies": { "next": "16" } }' };
  assert.equal(found(next).from, '.env.local');
});

test('in a workspace the .env of its root, in a project the one beside the schema', () => {
  const inWorkspace = { 'apps/web/package.json': '{}', '.env': `export DATABASE_URL='${url}'` };
  for (const root of [
    { 'package.json': '{ "workspaces": ["apps/*"] }' },
    { 'pnpm-workspace.yaml': '' },
  ]) {
    const { url: value, from } = found({ ...inWorkspace, ...root }, {}, join(project, 'apps/web'));
    assert.deepEqual([value, from], [url, '../../.env']);
  }
  assert.equal(found({ 'prisma/.env': `DATABASE_URL=${url}` }).from, 'prisma/.env');
});

test('the other names that a URL goes by, but DATABASE_URL first', () => {
  assert.equal(found({}, { POSTGRES_URL: url }).from, 'POSTGRES_URL');
  assert.equal(found({ '.env': `DIRECT_URL=${url}` }).from, 'DIRECT_URL in .env');
  const both = { POSTGRES_URL: url, DATABASE_URL: 'postgresql://h/d' };
  assert.equal(found({}, both).from, 'DATABASE_URL');
  // A service in between is no server.
  const accelerated = { DATABASE_URL: 'prisma://x/?api_key=y', DIRECT_URL: url };
  assert.equal(found({}, accelerated).from, 'DIRECT_URL');
});

test("what Prisma's configuration says: a variable, or the URL itself", () => {
  const schema = 'datasource db {\n  provider = "postgresql"\n  url = env("SHOP_DB")\n}';
  const config = (value: string) =>
    `export default defineConfig({ datasource: {\n  // url: 'postgresql://old/d',\n  url: ${value},\n} });`;
  const environment = { SHOP_DB: url };
  for (const files of [
    { 'prisma/schema.prisma': schema },
    { 'prisma.config.ts': config("env('SHOP_DB')") },
    { 'prisma.config.ts': config('env<Env>("SHOP_DB")') },
    { 'prisma.config.mjs': config("process.env['SHOP_DB'] ?? ''") },
    { 'prisma.config.js': config('process.env.SHOP_DB!') },
  ]) {
    assert.equal(found(files as Record<string, string>, environment).from, 'SHOP_DB');
  }
  assert.deepEqual(found({ 'prisma.config.ts': config(`'${url}'`) }), {
    ...{ url, from: 'prisma.config.ts' },
  });
});

test('PGHOST and its like, as psql has them', () => {
  const parts = { PGHOST: 'db.example', PGUSER: 'app', PGPASSWORD: 'ge:heim', PGDATABASE: 'shop' };
  assert.equal(found({}, parts).url, 'postgresql://app:ge%3Aheim@db.example/shop');
  assert.equal(
    found({ '.env': 'PGHOST=/run/pg\nPGDATABASE=shop' }).url.split('&')[0],
    'postgresql:///shop?host=%2Frun%2Fpg',
  );
});

test('which server is on this machine', () => {
  for (const local of ['localhost', '127.0.0.1:5432', '[::1]:5432', '', 'me:pw@localhost']) {
    assert.equal(isLocal({ url: `postgresql://${local}/d`, from: '' }), true, local);
  }
  assert.equal(isLocal({ url: 'postgresql:///d?host=/run/postgresql', from: '' }), true);
  for (const other of ['db', 'db.example:5432', '10.0.0.1', 'localhost.example', '127.0.0.1@db']) {
    assert.equal(isLocal({ url: `postgresql://${other}/d`, from: '' }), false, other);
  }
  assert.equal(isLocal({ url: 'postgresql://localhost/d?host=db.example', from: '' }), false);
});

test('what is no URL of PostgreSQL is refused, with a word on why', () => {
  for (const [wrong, message] of [
    ['localhost', /is no URL/],
    ['mysql://root@localhost/app', /begins with mysql:/],
    ['file:./dev.db', /begins with file:/],
    ['prisma+postgres://accelerate/?api_key=x', /begins with prisma\+postgres:/],
    ['postgresql://app:pa/ss@localhost/app', /cannot be read/],
    ['postgresql://app@localhost:99999/app', /no usable port \(99999\)/],
    ['postgresql://app@localhost:port/app', /no usable port \(port\)/],
    ['postgresql://app:geheim@::1:5432/app', /IPv6 address without brackets/],
    ['postgresql://app:geheim@one:5432,two:5432/app', /names several hosts/],
    ['postgresql://app:geheim%@localhost/app', /a % that is not followed/],
  ] as const) {
    assert.throws(() => findAddress(wrong), isProblem(message));
  }
});

test('an empty port is the usual one', () => {
  assert.equal(describe(findAddress('postgresql://app@localhost:/shop')), 'shop on localhost:5432');
});

test('it is described without the password', () => {
  assert.equal(describe({ url, from: '' }), 'shop on db.example:6543');
  assert.equal(
    describe({ url: 'postgresql://app@localhost/shop?host=/run/pg', from: '' }),
    'shop on /run/pg',
  );
});

function isProblem(message: RegExp, remedy = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Problem);
    assert.equal(error.kind, 'usage');
    assert.match(error.message, message);
    assert.match(error.remedy.join('\n'), remedy);
    assert.doesNotMatch(error.message, /geheim/);
    return true;
  };
}
