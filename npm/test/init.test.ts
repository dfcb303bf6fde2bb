// Setting a project up: what is changed for each kind, what is left alone, and that the second time
// there is nothing to do.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { withAstroPlugin, withNextWrapper, withVitePlugin } from '../dist/init/changes.js';
import { diff } from '../dist/init/diff.js';
import { inspect } from '../dist/init/inspect.js';
import { kindOfServer } from '../dist/init/server_steps.js';
import { clean, command, execute, main } from './command.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ai_cleanup.'));
  git('init', '--quiet');
});
afterEach(() => rmSync(folder, { recursive: true }));

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org'];
  return execFileSync('git', [...identity, ...args], { cwd: folder, encoding: 'utf8' });
}

/** A project as its generator leaves it, committed. */
function project(files: Record<string, string>): void {
  for (const [file, content] of Object.entries(files)) {
    writeFileSync(join(folder, file), content);
  }
  git('add', '.');
  git('commit', '--quiet', '--message=generated');
}

const read = (file: string) => readFileSync(join(folder, file), 'utf8');
const init = (...args: string[]) => command(['init', ...args], { folder });
const manifest = (more: object) => `${JSON.stringify({ name: 'shop', ...more }, undefined, 2)}\n`;

test('create-next-app: scripts, the package, and the configuration', async () => {
  project({
    'package.json': manifest({
      scripts: { dev: 'next dev', build: 'next build' },
      dependencies: { next: '16.0.0', react: '19.0.0' },
    }),
    'next.config.ts':
      'import type { NextConfig } from "next";\n\nconst nextConfig: NextConfig = {\n  /* config options here */\n};\n\nexport default nextConfig;\n',
  });
  const { code, stdout } = await init('--yes');
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^\+ import \{ withAiCleanup \} from "ai-cleanup\/next";$/m);
  assert.match(
    stdout,
    /^- export default nextConfig;\n\+ export default withAiCleanup\(nextConfig\);$/m,
  );
  assert.match(read('next.config.ts'), /^import type .*\nimport \{ withAiCleanup \}/);
  const { scripts, devDependencies } = JSON.parse(read('package.json')) as {
    scripts: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  assert.deepEqual(scripts, {
    ...{ dev: 'next dev', build: 'next build', 'db:cleanup': 'ai-cleanup' },
    ...{ 'db:status': 'ai-cleanup status', 'db:watch': 'ai-cleanup watch' },
  });
  assert.match(devDependencies['ai-cleanup'] ?? '', /^\^\d/);
});

test('create-vite with Prisma: the plugin, and where the client is made', async () => {
  project({
    'package.json': manifest({
      scripts: { dev: 'vite' },
      dependencies: { '@prisma/client': '7' },
      devDependencies: { vite: '8', vitest: '4' },
    }),
    'pnpm-lock.yaml': '',
    'vite.config.ts':
      "import { defineConfig } from 'vite'\nimport react from '@vitejs/plugin-react'\n\n// https://vite.dev/config/\nexport default defineConfig({\n  plugins: [react()],\n})\n",
  });
  const { stdout } = await init('--yes');
  assert.equal(
    read('vite.config.ts'),
    "import { defineConfig } from 'vite'\nimport react from '@vitejs/plugin-react'\nimport aiCleanup from 'ai-cleanup/vite'\n\n// https://vite.dev/config/\nexport default defineConfig({\n  plugins: [aiCleanup(), react()],\n})\n",
  );
  assert.match(stdout, /Then: pnpm install/);
  assert.match(stdout, /prismaSingleton\(/);
  assert.match(stdout, /setupFiles: \['ai-cleanup\/vitest'\]/);
  writeFileSync(
    join(folder, 'vitest.config.ts'),
    "export default { test: { setupFiles: ['ai-cleanup/vitest'] } };\n",
  );
  assert.doesNotMatch((await init('--yes')).stdout, /In the configuration of vitest/);
});

test('a program of Node.js: its dev script starts with the guard', async () => {
  project({
    'package.json': manifest({
      scripts: { dev: 'tsx watch src/server.ts', start: 'node dist/server.js' },
      dependencies: { express: '5', pg: '8' },
    }),
  });
  await init('--yes');
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  assert.equal(scripts['dev'], 'tsx watch --import ai-cleanup/register src/server.ts');
  assert.equal(scripts['start'], 'node dist/server.js');
});

test('the second time there is nothing to do, and git undoes the first', async () => {
  project({ 'package.json': manifest({ scripts: { dev: 'node --watch server.js' } }) });
  await init('--yes');
  assert.match(read('package.json'), /node --watch --import ai-cleanup\/register server\.js/);
  const first = read('package.json');
  const { code, stdout } = await init('--yes');
  assert.deepEqual([code, read('package.json')], [0, first]);
  assert.match(stdout, /Nothing is to be changed/);
  git('checkout', '--quiet', '.');
  assert.equal(git('status', '--porcelain'), '');
});

test('git is spoken of where there is one, and installing where it is still to be done', async () => {
  project({ 'package.json': manifest({}) });
  const first = await init('--yes');
  assert.match(first.stdout, /1 file changed; git shows and undoes it\.\nThen: npm install\n/);
  rmSync(join(folder, '.git'), { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    read('package.json').replace(/,\n *"db:watch": "ai-cleanup watch"/, ''),
  );
  const second = await init('--yes');
  assert.match(second.stdout, /1 file changed\.\n\n/);
});

test('nothing is changed by a dry run, nor where nobody can be asked', async () => {
  project({ 'package.json': manifest({ scripts: { dev: 'nodemon server.js' } }) });
  const dry = await init('--dry-run');
  assert.equal(dry.code, 0);
  assert.match(dry.stdout, /^\+ {5}"db:cleanup": "ai-cleanup",$/m);
  assert.match(dry.stdout, /Set NODE_OPTIONS="--import ai-cleanup\/register" for the script dev/);
  const piped = await init();
  assert.equal(piped.code, 7);
  assert.match(piped.stderr, /--yes changes them/);
  assert.equal(git('status', '--porcelain'), '');
});

test('on a terminal it asks', async () => {
  project({ 'package.json': manifest({}) });
  const run = (answer: string) =>
    execute(
      'script',
      ['--quiet', '--return', '--command', `'${process.execPath}' '${main}' init`, '/dev/null'],
      { folder, environment: clean({ TERM: 'xterm' }), input: `${answer}\n` },
    );
  assert.equal((await run('n')).code, 7);
  assert.equal(git('status', '--porcelain'), '');
  assert.equal((await run('y')).code, 0);
  assert.match(read('package.json'), /"db:watch"/);
});

test('a script that somebody has already stays', async () => {
  project({ 'package.json': manifest({ scripts: { 'db:cleanup': 'psql -f mine.sql' } }) });
  const { stdout } = await init('--yes');
  assert.match(read('package.json'), /"db:cleanup": "psql -f mine\.sql"/);
  assert.match(stdout, /There is a script db:cleanup already/);
});

test('what takes the guard is the framework, not all that it is built on', () => {
  for (const [dependencies, file, framework, config] of [
    [['astro', 'vite'], 'astro.config.mjs', 'astro', 'astro.config.mjs'],
    [['vite', '@react-router/dev'], 'react-router.config.ts', 'vite', undefined],
    [['@tanstack/react-start', 'vite'], 'vite.config.ts', 'vite', 'vite.config.ts'],
    [['nuxt', 'vite'], 'nuxt.config.ts', 'node', undefined],
  ] as const) {
    const packages = Object.fromEntries(dependencies.map((name) => [name, '*']));
    project({ 'package.json': manifest({ dependencies: packages }), [file]: '' });
    const inspected = inspect(folder);
    assert.deepEqual([inspected.framework, inspected.config], [framework, config]);
    rmSync(join(folder, file));
  }
});

test('configurations of other shapes; what cannot be changed safely is left alone', () => {
  assert.match(
    withVitePlugin('export default {\n  server: { port: 1 },\n};\n') ?? '',
    /^import aiCleanup from 'ai-cleanup\/vite';\n\nexport default \{\n {2}plugins: \[aiCleanup\(\)\],\n {2}server/,
  );
  assert.match(
    withVitePlugin('import x from "x";\nexport default defineConfig({ plugins: [] });\n') ?? '',
    /^import x from "x";\nimport aiCleanup from "ai-cleanup\/vite";\nexport default defineConfig\(\{ plugins: \[aiCleanup\(\)\] \}\);\n$/,
  );
  assert.match(
    withVitePlugin('export default defineConfig({\n  plugins: [\n    a(),\n  ],\n});\n') ?? '',
    /plugins: \[\n {4}aiCleanup\(\),\n {4}a\(\),\n/,
  );
  assert.equal(withVitePlugin('export default make(plugins);\n'), undefined);
  assert.match(
    withAstroPlugin(
      "// @ts-check\nimport { defineConfig } from 'astro/config';\n\nexport default defineConfig({});\n",
    ) ?? '',
    /\nimport aiCleanup from 'ai-cleanup\/vite';\n\nexport default defineConfig\(\{ vite: \{ plugins: \[aiCleanup\(\)\] \} \}\);\n$/,
  );
  assert.equal(
    withAstroPlugin('export default defineConfig({ vite: { plugins: [] } });\n'),
    undefined,
  );
  assert.match(
    withNextWrapper("const withMDX = require('@next/mdx')()\nmodule.exports = withMDX(config)\n") ??
      '',
    /require\('@next\/mdx'\)\(\)\nconst \{ withAiCleanup \} = require\('ai-cleanup\/next'\)\nmodule\.exports = withAiCleanup\(withMDX\(config\)\)\n/,
  );
  assert.equal(withNextWrapper('export default {\n  images: {},\n};\n'), undefined);
});

test('the server by what is there', () => {
  const compose = (image: string) => {
    writeFileSync(join(folder, 'compose.yaml'), `services:\n  db:\n    image: ${image}\n`);
    return kindOfServer(folder);
  };
  assert.equal(compose('postgres:17'), 'docker');
  assert.equal(compose('"postgres:17-alpine3.22"'), 'alpine');
  assert.equal(compose('docker.io/library/postgres'), 'docker');
  assert.equal(compose('redis:8'), kindOfServer(tmpdir()));
  assert.equal(kindOfServer(tmpdir(), 'darwin'), 'homebrew');
});

test('a diff shows what changes, and a little around it', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng';
  const after = 'a\nb\nc\nD\ne\nf\ng\nh';
  assert.equal(
    stripVTControlCharacters(diff('file', before, after)), // coloured where CI is set
    ['file', '  b', '  c', '- d', '+ D', '  e', '  f', '  g', '+ h'].join('\n'),
  );
});
