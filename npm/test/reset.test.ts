// The quick fix in one step: this project's dev processes end, another's do not, the port is free.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Cluster } from './cluster.js';
import { answer, clean, command, main } from './command.js';

let cluster: Cluster;
let folder: string;
let shop: string;
let other: string;
const children: ChildProcess[] = [];

before(async () => {
  cluster = await Cluster.start({ extension: false });
});
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'ai_cleanup.')));
  shop = projectIn('shop');
  other = projectIn('shop-two'); // whose name begins like the other's
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(killed));
  rmSync(folder, { recursive: true });
});
after(() => cluster.stop());

function projectIn(name: string): string {
  const project = join(folder, name);
  mkdirSync(join(project, 'src'), { recursive: true });
  writeFileSync(
    join(project, 'package.json'),
    '{"scripts": {"db:cleanup": "ai-cleanup", "dev": "node server.mjs"}}',
  );
  writeFileSync(join(project, '.env'), `DATABASE_URL=${cluster.url()}\n`);
  // Listens, says where, and is as deaf to a polite request as it is told to be.
  writeFileSync(
    join(project, 'server.mjs'),
    `import { createServer } from 'node:http';
     if (process.argv[2] === 'deaf') process.on('SIGTERM', () => {});
     const server = createServer().listen(0, '127.0.0.1', () => console.log(server.address().port));`,
  );
  return project;
}

interface DevServer {
  child: ChildProcess;
  port: number;
}

async function devServer(project: string, ...args: string[]): Promise<DevServer> {
  const child = spawn(process.execPath, [join(project, 'server.mjs'), ...args], {
    cwd: join(project, 'src'),
    env: clean(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const said = await new Promise<Buffer>((resolve) => child.stdout?.once('data', resolve));
  return { child, port: Number(said.toString()) };
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await ended(child);
}

async function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) {
    await new Promise((resolve) => child.once('exit', resolve));
  }
  return child.signalCode;
}

const runs = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

test("names this project's dev servers, ends them, cleans up, and is ready", async () => {
  const mine = await devServer(shop);
  const stranger = await devServer(other);
  const ports = `${mine.port},${stranger.port}`;
  const { code, stdout } = await command(['reset', '--yes', '--ports', ports], { folder: shop });
  assert.equal(code, 0, stdout);
  assert.match(stdout, new RegExp(`${mine.child.pid} +${mine.port} +[\\d:]+ +node server\\.mjs`));
  assert.match(
    stdout,
    new RegExp(`Port ${stranger.port} is held by process ${stranger.child.pid} .*left alone`),
  );
  assert.match(stdout, /1 process ended/);
  assert.match(stdout, /Ready\./);
  assert.equal(await ended(mine.child), 'SIGTERM');
  assert.equal(runs(stranger.child), true);
});

test('one that does not listen to a polite request is killed', async () => {
  const deaf = await devServer(shop, 'deaf');
  const { code } = await command(['reset', '--yes'], { folder: shop });
  assert.equal(code, 0);
  assert.equal(await ended(deaf.child), 'SIGKILL');
});

test('without a yes nobody is ended', async () => {
  const mine = await devServer(shop);
  const dry = await command(['reset', '--dry-run'], { folder: shop });
  assert.equal(dry.code, 0);
  assert.match(dry.stdout, new RegExp(`${mine.child.pid} .*Nothing was done`, 's'));
  const asked = await command(['reset'], { folder: shop, input: 'y\n' });
  assert.equal(asked.code, 7);
  assert.match(asked.stderr, /Not a terminal.*--yes/);
  assert.equal(runs(mine.child), true);
});

test('on a terminal it asks, and takes a y for a yes and nothing else', async () => {
  const mine = await devServer(shop);
  for (const [key, code, still] of [
    ['n\n', 7, true],
    ['\n', 7, true],
    ['\x03', 7, true], // Ctrl+C
    ['\x04', 7, true], // Ctrl+D
    ['y\n', 0, false],
  ] as const) {
    const asked = await onTerminal(['reset'], key);
    assert.match(asked.said, /End it\? \[y\/N\]/);
    assert.equal(asked.code, code, asked.said);
    assert.equal(runs(mine.child) || (await ended(mine.child)) === null, still);
  }
});

for (const [how, leaveBehind] of [
  ['when the shell that started it is gone', startByShell],
  ['when npm was killed', startByNpm],
] as const) {
  test(`doctor finds a dev server that was left behind ${how}, and reset ends it`, async () => {
    const port = await leaveBehind();
    const found = await answer<{ findings: { id: string; what: string; remedy: string[] }[] }>(
      ['doctor'],
      { folder: shop },
    );
    const orphan = found.findings.find(({ id }) => id === 'orphan');
    assert.match(orphan?.what ?? '', new RegExp(`port ${port}`));
    assert.match(orphan?.remedy.join() ?? '', /ai-cleanup reset/);
    const { stdout } = await command(['reset', '--yes'], { folder: shop });
    assert.match(stdout, new RegExp(`${port} .*server\\.mjs +left behind`));
    const after = await answer<{ processes: [] }>(['reset', '--dry-run'], { folder: shop });
    assert.deepEqual(after.processes, []);
  });
}

function startByShell(): Promise<string> {
  return portOf(spawn('sh', ['-c', 'node server.mjs & echo'], { cwd: shop, env: clean() }));
}

async function startByNpm(): Promise<string> {
  const npm = spawn('npm', ['run', '--silent', 'dev'], { cwd: shop, env: clean() });
  children.push(npm);
  const port = await portOf(npm);
  const served = await answer<{ findings: { id: string }[] }>(['doctor'], { folder: shop });
  assert.deepEqual(
    served.findings.filter(({ id }) => id === 'orphan'),
    [],
    'as long as npm is there it is none',
  );
  await killed(npm);
  return port;
}

function portOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.stdout?.on('data', (said: Buffer) => {
      if (said.toString().trim() !== '') {
        resolve(said.toString().trim());
      }
    });
  });
}

test('what only starts a dev server is none itself, and is ended with it', async () => {
  // As `next dev` and `tsx watch` do: a dev tool by its name, whose child listens.
  const tool = join(shop, 'node_modules/.bin/tsx');
  mkdirSync(dirname(tool), { recursive: true });
  writeFileSync(
    tool,
    `const { spawn } = require('node:child_process');
     const [, , script] = process.argv;
     spawn(process.execPath, [script], { stdio: 'inherit' }).on('exit', () => process.exit());`,
  );
  const child = spawn(process.execPath, [tool, join(shop, 'server.mjs')], {
    ...{ cwd: shop, env: clean(), stdio: ['ignore', 'pipe', 'inherit'] as const },
  });
  children.push(child);
  await new Promise((listens) => child.stdout?.once('data', listens));
  const { stdout } = await command(['doctor'], { folder: shop });
  assert.match(stdout, /1 dev process of this project/);
  assert.match(stdout, /1 process of this project × a pool of 10/);
  const report = await answer<{ processes: { launches: boolean }[]; ready: boolean }>(
    ['reset', '--yes'],
    { folder: shop },
  );
  assert.deepEqual(report.processes.map(({ launches }) => launches).toSorted(), [false, true]);
  assert.equal(report.ready, true);
});

test('doctor multiplies dev servers by their pools', async () => {
  await devServer(shop);
  await devServer(shop);
  for (const [pool, level, what] of [
    ['10', 'fine', /2 processes of this project × a pool of 10 = 20 connections, of 97/],
    ['50', 'problem', /2 processes .* = 100 connections, more than the 97/],
  ] as const) {
    const { findings } = await answer<{
      findings: { id: string; level: string; what: string; remedy: string[] }[];
    }>(['doctor', '--pool', pool], { folder: shop });
    const found = findings.find(({ id }) => id === 'pools');
    assert.equal(found?.level, level);
    assert.match(found?.what ?? '', what);
    const many = findings.find(({ id }) => id === 'dev_servers');
    assert.match(many?.what ?? '', /2 dev servers of this project run at once: pid \d+ on port/);
    assert.match(many?.remedy.join() ?? '', /ai-cleanup reset/);
  }
});

/** Runs it on a terminal (script's), and types the answer when it asks. */
function onTerminal(args: string[], typed: string): Promise<{ code: number | null; said: string }> {
  const line = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    cwd: shop,
    env: clean(),
  });
  let said = '';
  let asked = false;
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
    if (!asked && said.includes('[y/N]')) {
      asked = true;
      child.stdin.write(typed);
    }
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, said })));
}
