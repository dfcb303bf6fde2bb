// What is published: only what should be, and types that resolve for everybody who can use it.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { command, execute } from './command.js';
import { type Packed, pack, root } from './project.js';

let folder: string;
let packed: Packed;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ai_cleanup.'));
  packed = pack(folder);
});
after(() => rmSync(folder, { recursive: true }));

test('it holds the licence, the README, package.json and dist, and nothing else', () => {
  const paths = packed.files.map((file) => file.path);
  const others = paths.filter((path) => !/^dist\/.*\.(c?js|d\.c?ts)$/.test(path)).toSorted();
  // The panel's page comes with what it looks like.
  const page = ['dist/panel/page/index.html', 'dist/panel/page/panel.css'];
  assert.deepEqual(others, ['LICENSE', 'README.md', ...page, 'package.json']);
  for (const entry of ['index', 'register', 'vite/index', 'prisma/index', 'cli/main']) {
    assert.ok(paths.includes(`dist/${entry}.js`) && paths.includes(`dist/${entry}.d.ts`), entry);
  }
});

test('it brings few packages: 19 and 2.6 MB, of which pg has 14 and 0.9 MB', () => {
  const installed = dependencies();
  const bytes = installed.reduce((sum, folder) => sum + sizeOf(folder), 0);
  assert.ok(installed.length <= 20, installed.join('\n'));
  assert.ok(bytes < 3_000_000, `${bytes} bytes`);
});

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

test('publint has nothing to say', async () => {
  const { messages, pkg } = await publint({ pkgDir: root, strict: true, pack: false });
  assert.deepEqual(
    messages.map((message) => formatMessage(message, pkg, { color: false })),
    [],
  );
});

test('types resolve under node16 and bundler', async () => {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const args = [attw, join(folder, packed.filename), '--profile', 'esm-only', '--format', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    maxBuffer: 64 * 1024 * 1024,
  });
  const { problems, analysis } = JSON.parse(stdout) as {
    problems: Record<string, { resolutionKind?: string }[]>;
    analysis: { entrypoints: object };
  };
  assert.deepEqual(Object.keys(analysis.entrypoints).toSorted(), [
    ...['.', './jest', './next', './package.json', './prisma', './register', './vite', './vitest'],
  ]);
  // The two that an ESM package cannot serve: node10, and require() before Node 22.
  const others = Object.values(problems)
    .flat()
    .filter(({ resolutionKind }) => !/^(node10|node16-cjs)$/.test(resolutionKind ?? ''));
  assert.deepEqual(others, []);
});

for (const resolution of [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'esnext', moduleResolution: 'bundler' },
]) {
  test(`a strict project that has nothing else compiles with ${resolution.moduleResolution}`, async () => {
    const project = mkdtempSync(join(folder, 'project.'));
    installAlone(project);
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(project, 'use.ts'), use);
    const compilerOptions = { ...resolution, target: 'es2022', strict: true, noEmit: true };
    writeFileSync(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: false, types: [] } }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await execute(process.execPath, [tsc, '--project', project]);
    assert.equal(stdout, '');
  });
}

const use = `
  import { cleanUp, connect, findAddress, readServer } from 'ai-cleanup';
  import { prismaSingleton } from 'ai-cleanup/prisma';
  import aiCleanup from 'ai-cleanup/vite';

  class PrismaClient {
    constructor(readonly options: { adapter: object; log?: string[] }) {}
  }
  export const plugins: { name: string }[] = [aiCleanup()];
  export const prisma: PrismaClient = prismaSingleton(PrismaClient, { max: 5, idleTimeoutMillis: 0 });
  export const made: PrismaClient = prismaSingleton(
    (adapter) => new PrismaClient({ adapter, log: ['query'] }),
    { max: 5 },
  );
  // @ts-expect-error: the client's own options are checked
  prismaSingleton((adapter) => new PrismaClient({ adapter, logs: ['query'] }));
  // @ts-expect-error: no number
  prismaSingleton(PrismaClient, { max: 'five' });
  // @ts-expect-error: there is no such option of a pool
  prismaSingleton(PrismaClient, { maximum: 5 });

  const connection = await connect(findAddress(undefined));
  const { went } = await cleanUp(connection, await readServer(connection));
  export const pids: number[] = went.map(({ pid }) => pid);
`;

/** What a project has that installs this package: the package, and what it depends on. */
function installAlone(project: string): void {
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, 'ai-cleanup'), { recursive: true });
  execFileSync('tar', [
    ...['--extract', `--file=${join(folder, packed.filename)}`],
    ...['--strip-components=1', `--directory=${join(modules, 'ai-cleanup')}`],
  ]);
  for (const from of dependencies()) {
    const name = relative(join(root, 'node_modules'), from);
    if (name.includes('node_modules')) {
      continue; // comes with the one it lies in
    }
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(from, join(modules, name));
  }
}

/** The folders of all that is installed with the package. */
function dependencies(): string[] {
  const args = ['ls', '--all', '--omit=dev', '--omit=peer', '--parseable'];
  const [, ...installed] = execFileSync('npm', args, { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n');
  return installed;
}

test('the README and --help know every exit code, and the same ones', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const told = [...readme.matchAll(/^\| (\d) \| (.*) \|$/gm)].map(
    ([, code, text]) => `${code}  ${text}`,
  );
  const { stdout } = await command(['--help']);
  const known = [...stdout.matchAll(/^ {2}(\d {2}.*)$/gm)].map(([, line]) => line);
  assert.equal(known.length, 8);
  assert.deepEqual(told, known);
});
