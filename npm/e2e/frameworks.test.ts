// Other frameworks' development servers with naive code: what leaks without the guard is one
// connection with it, that says where it comes from; and nobody dies of an ended connection.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { App, until } from './app.ts';
import { Database } from './database.ts';

const saves = 5;
const next = (...more: string[]) => ['../../node_modules/next/dist/bin/next', 'dev', ...more];
const register = { NODE_OPTIONS: '--import ai-cleanup/register' };

interface Start {
  app: string;
  args: string[];
  env?: Record<string, string>;
}

async function start(t: TestContext, database: Database, { app, args, env }: Start): Promise<App> {
  const port = String(await freePort());
  const all = { DATABASE_URL: database.url, PORT: port, NEXT_TELEMETRY_DISABLED: '1', ...env };
  const program = await App.startProgram(t, app, args, all);
  assert.equal((await program.get('/api/info')).status, 200, program.server.output);
  return program;
}

async function saveAll(app: App): Promise<void> {
  for (let save = 1; save <= saves; save++) {
    assert.equal((await app.save(`Ada ${save}`)).status, 200, app.server.output);
  }
}

for (const [bundler, args] of [
  ['Turbopack', next()],
  ['webpack', next('--webpack')],
] satisfies [string, string[]][]) {
  test(`Next.js with ${bundler}, nothing else: it leaks`, async (t) => {
    const database = await Database.start(t, { extension: false });
    const app = await start(t, database, { app: 'next', args });
    await saveAll(app);
    assert.ok((await database.count()) > saves);
  });

  for (const [how, env] of [
    ['withAiCleanup', { GUARD: 'next' }],
    ['register', register],
  ] satisfies [string, Record<string, string>][]) {
    test(`Next.js with ${bundler} and ${how}: one connection, named by its line`, async (t) => {
      const database = await Database.start(t);
      const app = await start(t, database, { app: 'next', args, env });
      await saveAll(app);
      await until('one connection', async () => (await database.count()) === 1);
      const [session] = await database.sessions();
      assert.match(
        session?.application_name ?? '',
        /^next-app\/next:\d+ src\/server\/db\.ts:9 pid=\d+$/,
      );
      await database.cleanUp(true);
      assert.equal((await app.get('/api/info')).status, 200, app.server.output);
      assert.equal(app.server.running, true);
      assert.doesNotMatch(app.server.output, /unhandled|uncaught/i);
      const panel = /Connections: +(http:\S+)/.exec(app.server.output)?.[1];
      assert.equal(panel !== undefined, how === 'withAiCleanup', app.server.output);
      if (panel !== undefined) assert.equal((await fetch(panel)).status, 200);
    });
  }
}

const watchers: [string, string[]][] = [
  ['tsx watch', ['../../node_modules/tsx/dist/cli.mjs', 'watch', 'src/server.ts']],
  ['node --watch', ['--watch', '--import', 'tsx', 'src/server.ts']],
  [
    'nodemon',
    ['../../node_modules/nodemon/bin/nodemon.js', '--exec', 'node --import tsx', 'src/server.ts'],
  ],
];
for (const [watcher, args] of watchers) {
  test(`Express under ${watcher}: it lives when its connection is ended, and asks again`, async (t) => {
    const database = await Database.start(t);
    const app = await start(t, database, { app: 'express', args, env: register });
    await saveAll(app);
    await until('one connection', async () => (await database.count()) === 1);
    const [session] = await database.sessions();
    assert.match(session?.application_name ?? '', / src\/server\/db\.ts:9 pid=\d+$/);
    await database.cleanUp(true);
    assert.equal((await app.get('/api/info')).status, 200, app.server.output);
  });
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
