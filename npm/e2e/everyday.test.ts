// The example as a person runs it, with the extension as it comes: npm run dev in a terminal, on
// port 3000; saves, requests, tests beside it; and the ways in which a development server ends.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { App, copyApp, environment, example, run, until } from './app.ts';
import { Database } from './database.ts';
import { atEnd, kill } from './owner.ts';

const port = 3000;

test('a day of development', async (t) => {
  assert.equal(await answers(), false, `port ${port} is taken by something else: end that first`);
  const database = await Database.start(t);
  const folder = copyApp(t, example);
  const env = { DATABASE_URL: database.url };
  await run(folder, ['scripts/migrate.js'], env);
  const terminal = new Terminal(t, folder, env);
  const app = new App(folder, terminal);
  let most = 0;
  const count = async () => {
    const now = await database.count();
    most = Math.max(most, now);
    return now;
  };

  await t.test('the server starts on port 3000', async () => {
    await until('the server', async () => {
      assert.equal(terminal.status, undefined, terminal.output);
      return terminal.output.includes(`http://localhost:${port}/`);
    });
    assert.deepEqual(JSON.parse((await app.get('/api/info')).text), { tutor: 'Ada', sessions: 0 });
  });

  await t.test('hot reload leaks nothing', async () => {
    await app.watches();
    for (let save = 1; save <= 30; save++) {
      assert.equal((await app.save(`Ada ${save}`)).status, 200);
      assert.equal(await count(), 1);
    }
  });

  await t.test('tests start without errors, beside it', async () => {
    const tests = run(folder, ['node_modules/vitest/vitest.mjs', 'run'], env);
    const unlock = await database.lock('tutor_sessions');
    const requests = Array.from({ length: 40 }, () => app.get('/api/sessions'));
    await until('a full pool', async () => (await count()) >= 5);
    await unlock();
    assert.ok((await Promise.all(requests)).every(({ ok }) => ok));
    await count(); // the pool keeps for a while what it has opened
    assert.match(await tests, /2 passed/);
    await count();
  });

  await t.test('fewer than 10 connections', () => {
    t.diagnostic(`at most ${most} connections`);
    assert.ok(most < 10, `there were ${most}`);
  });

  await t.test('Ctrl+C ends it at once, and leaves no connection', async () => {
    const pressed = performance.now();
    terminal.type('\x03');
    await terminal.ended;
    const took = performance.now() - pressed;
    t.diagnostic(`ended ${took.toFixed(0)} ms after Ctrl+C`);
    assert.ok(took < 5000, `it took ${took} ms`);
    await until('its sessions to go', async () => (await database.count()) === 0);
    assert.equal(await answers(), false, 'nobody listens any more');
  });

  await t.test('nobody was told "too many clients"', () => {
    assert.match(database.cluster.log, /ready to accept connections/, 'there is a log');
    assert.doesNotMatch(database.cluster.log, /too many clients|connection slots are reserved/);
  });
});

for (const signal of ['SIGKILL', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} leaves no connection either`, async (t) => {
    const database = await Database.start(t, { extension: false });
    const app = await App.start(t, { databaseUrl: database.url });
    await app.get('/api/info');
    assert.equal(await database.count(), 1);
    app.server.process.kill(signal);
    await until('its sessions to go', async () => (await database.count()) === 0);
  });
}

/** npm run dev in a terminal (script's), as in a window on the desktop. */
class Terminal {
  readonly origin = `http://localhost:${port}`;
  readonly ended: Promise<void>;
  output = '';
  status: number | null | undefined;
  readonly running = true;
  readonly type: (keys: string) => void;

  constructor(t: TestContext, cwd: string, env: Record<string, string>) {
    const args = ['--quiet', '--return', '--command', 'npm run dev', '/dev/null'];
    const script = spawn('script', args, {
      cwd,
      env: { ...environment(), ...env, SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    atEnd(t, () => kill(script));
    this.type = (keys) => script.stdin.write(keys);
    this.ended = new Promise((ended) => {
      script.once('exit', (status) => {
        this.status = status;
        ended();
      });
    });
    script.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
  }
}

/** Does anybody listen there, by whatever of the two names for this machine? */
async function answers(): Promise<boolean> {
  const all = ['127.0.0.1', '::1'].map(
    (host) =>
      new Promise<boolean>((done) => {
        const socket = connect({ host, port });
        socket.once('connect', () => done(true)).once('error', () => done(false));
        socket.once('connect', () => socket.destroy());
      }),
  );
  return (await Promise.all(all)).includes(true);
}
