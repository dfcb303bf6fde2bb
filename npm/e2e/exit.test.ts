// The example as a person runs it: npm run dev in a terminal, on port 3000, and Ctrl+C.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { test } from 'node:test';
import { copyApp, environment, example, run, until } from './app.ts';
import { Database } from './database.ts';

const port = 3000;

test('npm run dev serves on port 3000, and Ctrl+C ends it at once and leaves nothing', async (t) => {
  assert.equal(await answers(), false, `port ${port} is taken by something else: end that first`);
  const database = await Database.start(t);
  const folder = copyApp(t, example);
  const env = { DATABASE_URL: database.url };
  await run(folder, ['scripts/migrate.js'], env);

  // script(1) gives it a terminal, as a window on the desktop would.
  const terminal = spawn(
    'script',
    ['--quiet', '--return', '--command', 'npm run dev', '/dev/null'],
    {
      cwd: folder,
      env: { ...environment(), ...env, SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  t.after(() => terminal.kill('SIGKILL'));
  const ended = new Promise<number | null>((exit) => terminal.once('exit', exit));
  let output = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await until('the server', async () => {
    assert.equal(terminal.exitCode, null, output);
    return output.includes(`http://localhost:${port}/`);
  });
  const answer = await fetch(`http://localhost:${port}/api/info`);
  assert.deepEqual(await answer.json(), { tutor: 'Ada', sessions: 0 });
  assert.equal(await database.count(), 1);

  const pressed = performance.now();
  terminal.stdin.write('\x03');
  await ended;
  const took = performance.now() - pressed;
  t.diagnostic(`ended ${took.toFixed(0)} ms after Ctrl+C`);
  assert.ok(took < 5000, `it took ${took} ms`);
  await until('its sessions to go', async () => (await database.count()) === 0);
  assert.equal(await answers(), false, 'nobody listens any more');
});

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
