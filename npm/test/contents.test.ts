// What is published: only what should be, and types that resolve for everybody who can use it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { command } from './command.js';
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
  const others = paths.filter((path) => !/^dist\/.*\.(js|d\.ts)$/.test(path)).toSorted();
  // The panel's page comes with what it looks like.
  const page = ['dist/vite/page/index.html', 'dist/vite/page/panel.css'];
  assert.deepEqual(others, ['LICENSE', 'README.md', ...page, 'package.json']);
  for (const entry of ['index', 'vite/index', 'prisma/index', 'cli/main']) {
    assert.ok(paths.includes(`dist/${entry}.js`) && paths.includes(`dist/${entry}.d.ts`), entry);
  }
});

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
    ...['.', './package.json', './prisma', './vite'],
  ]);
  // The two that an ESM package cannot serve: node10, and require() before Node 22.
  const others = Object.values(problems)
    .flat()
    .filter(({ resolutionKind }) => !/^(node10|node16-cjs)$/.test(resolutionKind ?? ''));
  assert.deepEqual(others, []);
});

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
