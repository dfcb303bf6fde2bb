// The live view: a line for each look where there is no terminal, a screen where there is one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import headless from '@xterm/headless';
import pg from 'pg';
import { Clients } from './clients.js';
import { Cluster } from './cluster.js';
import { clean, command, execute, main } from './command.js';

const { Terminal } = headless;

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

test('who waits in line is shown', async () => {
  const narrow = await Cluster.start({ settings: ['ai_cleanup.max_sessions = 3'] });
  const busy = new Clients(narrow);
  for (let session = 1; session <= 3; session++) {
    await busy.atWork();
  }
  const waiting = new pg.Client(narrow.url());
  const served = waiting.connect();
  const inLine = 'SELECT FROM ai_cleanup_line';
  while ((await narrow.query(inLine, 'app')).length === 0) {}
  const { stdout } = await command(['watch', '--looks', '1', '--json'], {
    environment: { DATABASE_URL: narrow.url('postgres') },
  });
  const { line } = JSON.parse(stdout) as { line: { place: number; role: string }[] };
  assert.deepEqual(
    line.map(({ place, role }) => [place, role]),
    [[1, 'app']],
  );
  await busy.close();
  await served;
  await waiting.end();
  await narrow.stop();
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
  const screen = await screenOf(seen.all, 100, 40);
  assert.match(
    screen,
    /^app on [^\n]*\n[^\n]*1 of 97.*\nWho is connected\n.*leaky.*\nLast endings\n.*leaky.*\n3 sessions ended\.\n\nc clean up {3}q quit$/s,
  );
  assert.equal(screen.match(/Who is connected/g)?.length, 1, screen);
  assert.equal(screen.match(/ai_cleanup\(\) was called/g)?.length, 3, screen);
});

test('in 24 rows, with many programs, the upper lines are still there', async () => {
  for (let program = 1; program <= 9; program++) {
    await clients.idle(1, `program-${program}`);
  }
  await command([], setting());
  for (let program = 1; program <= 9; program++) {
    await clients.idle(1, `program-${program}`);
  }
  const line = `stty columns 100 rows 24; '${process.execPath}' '${main}' watch --looks 1`;
  const { stdout } = await execute(
    'script',
    ['--quiet', '--return', '--command', line, '/dev/null'],
    {
      environment: { DATABASE_URL: cluster.url(), TERM: 'xterm' },
    },
  );
  const screen = await screenOf(stdout, 100, 24);
  assert.match(screen, /^app on [^\n]*\n[^\n]*10 of 97 connections .*… and \d more\n.*q quit$/s);
});

test('it opens another connection when its own was ended, and says nothing of it', async () => {
  const watching = spawn(process.execPath, [main, 'watch', ...briefly], {
    env: clean({ DATABASE_URL: cluster.url() }),
  });
  const seen = new Said(watching.stdout);
  await seen.until(/1 of 97/);
  const its = "FROM pg_stat_activity WHERE application_name = 'ai-cleanup'";
  for (const how of ['when_it_asks', 'at_once', 'when_it_asks']) {
    const [before] = await cluster.query<{ pid: number }>(`SELECT pid ${its}`);
    await cluster.query(`ALTER DATABASE app SET ai_cleanup.tell_client = '${how}'`);
    while ((await cluster.query(`SELECT ${its} AND pid <> ${before?.pid}`)).length === 0) {
      await cluster.query("SELECT ai_cleanup(database => 'app')", 'app'); // it may be at work
    }
    seen.forget();
    await seen.until(/1 of 97/);
  }
  await cluster.query('ALTER DATABASE app RESET ai_cleanup.tell_client');
  watching.kill();
  for (const line of seen.all.trim().split('\n')) {
    assert.match(line, /of 97 connections in use/);
  }
});

test('while the server is down it says so, and comes back with it', async () => {
  const watching = spawn(process.execPath, [main, 'watch', ...briefly], {
    env: clean({ DATABASE_URL: cluster.url() }),
  });
  const seen = new Said(watching.stdout);
  await seen.until(/1 of 97/);
  await cluster.stopServer();
  await seen.until(/No PostgreSQL answers for app/);
  await cluster.startServer();
  seen.forget();
  await seen.until(/1 of 97/);
  watching.kill();
});

/** What a person sees in a terminal of that size to which this was written. */
async function screenOf(written: string, cols: number, rows: number): Promise<string> {
  const terminal = new Terminal({ cols, rows, allowProposedApi: true });
  await new Promise<void>((done) => terminal.write(written, done));
  const { active } = terminal.buffer;
  const lines = Array.from({ length: rows }, (_, row) =>
    active.getLine(active.viewportY + row)?.translateToString(true),
  );
  return lines.join('\n').trimEnd();
}

/** What a process has said so far. */
class Said {
  /** From the beginning, whatever was forgotten. */
  all = '';
  private text = '';
  private ended = false;
  private wake = () => {};

  constructor(stream: NodeJS.ReadableStream) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.all += text;
      this.wake();
    });
    stream.once('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  forget(): void {
    this.text = '';
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) {
      if (this.ended) {
        throw new Error(`it ended without ${pattern}: ${this.all}`);
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }
}
