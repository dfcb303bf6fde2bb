// prismaSingleton(): what globalThis has, and what a query does whose connection was retired.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { prismaSingleton } from 'ai-cleanup/prisma';
import { copyApp, example, run, until } from './app.ts';
import { Database } from './database.ts';
import { atEnd } from './owner.ts';

interface Client {
  tutorSession: {
    count(): Promise<number>;
    create(what: { data: { topic: string } }): Promise<{ id: number }>;
  };
  $transaction(work: Promise<unknown>[]): Promise<unknown>;
  $extends(what: object): Client;
}
type ClientClass = new (options: object) => Client;

const globals = globalThis as { __prisma?: unknown };

async function setUp(t: TestContext) {
  const database = await Database.start(t);
  const folder = copyApp(t, example);
  await run(folder, ['scripts/migrate.js'], { DATABASE_URL: database.url });
  await run(folder, ['scripts/generate.js'], {});
  const { PrismaClient } = (await import(join(folder, 'src/generated/prisma/client.ts'))) as {
    PrismaClient: ClientClass;
  };
  // The application's own folder is where its packages are looked for.
  const before = process.cwd();
  process.chdir(folder);
  atEnd(t, () => {
    process.chdir(before);
    delete globals.__prisma;
  });
  return { database, folder, PrismaClient, url: database.url };
}

/**
 * Retires the idle connections while this process can hear of nothing: a query that is sent right
 * after this goes to a session that is no longer there.
 */
function retireUnheard(database: Database): void {
  const url = database.cluster.url('postgres', 'app');
  const retired = execFileSync('psql', [url, '-qAtc', 'SELECT ai_cleanup()'], { encoding: 'utf8' });
  assert.equal(retired.trim(), '1');
}

test('a query whose connection was retired under it is sent again, and executed once', async (t) => {
  const { database, folder, PrismaClient, url } = await setUp(t);
  const prisma = prismaSingleton(PrismaClient, { url });
  await prisma.tutorSession.count();
  retireUnheard(database);
  await prisma.tutorSession.create({ data: { topic: 'once' } });
  assert.equal(await prisma.tutorSession.count(), 1);

  // The same with the adapter's own pool fails, or this test would show nothing.
  const { PrismaPg } = createRequire(join(folder, 'package.json'))('@prisma/adapter-pg') as {
    PrismaPg: new (options: object) => object;
  };
  await database.cleanUp(false);
  const plain = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
  await plain.tutorSession.count();
  retireUnheard(database);
  await assert.rejects(plain.tutorSession.create({ data: { topic: 'never' } }), /57P05|retired/);
});

test('a transaction whose BEGIN met a retired connection is executed, once', async (t) => {
  const { database, PrismaClient, url } = await setUp(t);
  const prisma = prismaSingleton(PrismaClient, { url });
  await prisma.tutorSession.count();
  retireUnheard(database);
  const create = () => prisma.tutorSession.create({ data: { topic: 'twice' } });
  await prisma.$transaction([create(), create()]);
  assert.equal(await prisma.tutorSession.count(), 2);
});

test('each call makes a new client on the same pool, and globalThis has the latest', async (t) => {
  const { database, PrismaClient, url } = await setUp(t);
  const first = prismaSingleton(PrismaClient, { url });
  await first.tutorSession.count();
  const second = prismaSingleton(PrismaClient, { url });
  assert.notEqual(second, first);
  assert.equal(globals.__prisma, second);
  await second.tutorSession.count();
  assert.equal(await database.count(), 1);

  const extended = second.$extends({});
  globals.__prisma = extended;
  const third = prismaSingleton(PrismaClient, { url });
  assert.notEqual(third, extended, 'a client made from ours is ours');
  assert.equal(await first.tutorSession.count(), 0, 'older code goes on');
});

test('by a factory, which may extend the client', async (t) => {
  const { database, PrismaClient, url } = await setUp(t);
  const make = () =>
    prismaSingleton(
      (adapter) =>
        new PrismaClient({ adapter, log: [] }).$extends({
          client: { answer: () => 42 },
        }) as Client & { answer(): number },
      { url, max: 2 },
    );
  const first = make();
  assert.equal(await first.tutorSession.count(), 0);
  const second = make();
  assert.notEqual(second, first);
  assert.equal(second.answer(), 42);
  await second.tutorSession.count();
  assert.equal(await database.count(), 1);
});

test('a client that somebody else put there is used', async (t) => {
  const { PrismaClient, url } = await setUp(t);
  const theirs = { theirs: true } as unknown as Client;
  globals.__prisma = theirs;
  assert.equal(prismaSingleton(PrismaClient, { url }), theirs);
});

test('with another limit or database there is another pool, and the old one lets go', async (t) => {
  const { database, PrismaClient, url } = await setUp(t);
  const many = () => Promise.all(Array.from({ length: 30 }, () => prisma.tutorSession.count()));
  let prisma = prismaSingleton(PrismaClient, { url, max: 2, idleTimeoutMillis: 0 });
  await many();
  assert.equal(await database.count(), 2);
  prisma = prismaSingleton(PrismaClient, { url, max: 4, idleTimeoutMillis: 0 });
  await many();
  await until('the old pool to let go', async () => (await database.count()) === 4);
});
