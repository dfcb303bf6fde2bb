// Where the connection string comes from, and what is said of one that is none.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { describe, findAddress } from '../dist/database/address.js';
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

test('what is no URL of PostgreSQL is refused, with a word on why', () => {
  for (const [wrong, message] of [
    ['localhost', /is no URL/],
    ['mysql://root@localhost/app', /begins with mysql:/],
    ['file:./dev.db', /begins with file:/],
    ['prisma+postgres://accelerate/?api_key=x', /begins with prisma\+postgres:/],
    ['postgresql://app:pa/ss@localhost/app', /cannot be read/],
    ['postgresql://app@localhost:99999/app', /cannot be read/],
  ] as const) {
    assert.throws(() => findAddress(wrong), isProblem(message));
  }
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
