// The live view: a line for each look where there is no terminal, a screen where there is one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Clients } from './clients.js';
import { Cluster } from './cluster.js';
import { clean, command, main } from './command.js';

let cluster: Cluster;
let clients: Clients;
before(async () => {
  cluster = await Cluster.start({ settings: ['ai_cleanup.enabled = off'] });
});
beforeEach(() => {
  clients = new Clients(cluster);
});
afterEach(() => clients.close());
after(() => cluster.stop());

const setting = () => ({ environment: { DATABASE_URL: cluster.url() } });
const briefly = ['--interval', '0.1s'];

test('a line for each look', async () => {
  await clients.idle(4, 'leaky');
  const { code, stdout } = await command(['watch', '--looks', '3', ...briefly], setting());
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^(\d\d:\d\d:\d\d {2}5 of 97 connections in use, 5 to this database; most: 4 of leaky\n){3}$/,
  );
});

test('as JSON', async () => {
  const { stdout } = await command(['watch', '--looks', '2', '--json', ...briefly], setting());
  const looks = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { connections: object });
  assert.deepEqual(
    looks.map(({ connections }) => connections),
    Array(2).fill({ database: 1, server: 1, limit: 97 }),
  );
});

test('it comes back when its connection is lost', async () => {
  const watching = spawn(process.execPath, [main, 'watch', ...briefly], {
    env: clean({ DATABASE_URL: cluster.url() }),
  });
  const seen = new Said(watching.stdout);
  await seen.until(/1 of 97/);
  await cluster.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'ai-cleanup'`);
  await seen.until(/terminating connection|terminated/);
  seen.forget();
  await seen.until(/1 of 97/);
  watching.kill();
});

test('on a terminal: bar, chart, who is connected, last endings; c cleans up, q quits', async () => {
  await clients.idle(3, 'leaky');
  const line = `stty columns 100 rows 40; '${process.execPath}' '${main}' watch --interval 0.1s`;
  const watching = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: clean({ DATABASE_URL: cluster.url(), TERM: 'xterm' }),
  });
  const seen = new Said(watching.stdout);
  await seen.until(/█.*4 of 97 connections in use.*┤.*Who is connected.*3 .*leaky.*none yet/s);
  watching.stdin.write('c');
  await seen.until(/3 sessions ended/);
  await seen.until(/Last endings.*leaky +\d.* call +ai_cleanup\(\) was called/s);
  watching.stdin.write('q');
  assert.equal(await new Promise((resolve) => watching.on('close', resolve)), 0);
});

/** What a process has said so far. */
class Said {
  private text = '';
  private wake = () => {};

  constructor(stream: NodeJS.ReadableStream) {
    stream.on('data', (text: Buffer) => {
      this.text += text.toString();
      this.wake();
    });
  }

  forget(): void {
    this.text = '';
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
