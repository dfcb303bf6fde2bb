// What counts as force and as a dry run, and what does not.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { understand } from '../dist/cli/wish.js';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ai_cleanup.'));
});
after(() => rmSync(folder, { recursive: true }));

/** What npm leaves in the environment of `npm run db:cleanup --force`. */
const npm = (more: Record<string, string> = {}) => ({
  npm_command: 'run',
  npm_lifecycle_event: 'db:cleanup',
  npm_lifecycle_script: 'ai-cleanup',
  npm_config_local_prefix: folder,
  npm_config_force: 'true',
  ...more,
});

test('neither, unless somebody says so', () => {
  const wish = understand({ words: [] }, {}, folder);
  assert.deepEqual(wish, { force: false, dryRun: false, taken: [], ignored: [] });
});

test('force by option, by word, and from npm', () => {
  for (const [wish, from] of [
    [understand({ force: true, words: [] }, {}, folder), '--force'],
    [understand({ words: ['force'] }, {}, folder), 'the word force'],
    [understand({ words: [] }, npm(), folder), "npm's --force"],
    [understand({ words: [] }, npm({ npm_command: 'run-script' }), folder), "npm's --force"],
    [
      understand({ words: [] }, npm({ npm_lifecycle_script: 'npx ai-cleanup cleanup' }), folder),
      "npm's --force",
    ],
  ] as const) {
    assert.equal(wish.force, true);
    assert.deepEqual(wish.taken, [`force, from ${from}`]);
  }
});

test("npm's --force that was meant for something else is not taken, and that is said", () => {
  for (const [more, objection] of [
    [{ npm_command: 'test' }, /not given to "npm run"/],
    [{ npm_command: 'install' }, /not given to "npm run"/],
    [{ npm_lifecycle_event: 'predev' }, /script that predev belongs to/],
    [{ npm_lifecycle_script: 'ai-cleanup && vite' }, /runs more than ai-cleanup/],
    [{ npm_lifecycle_script: 'node start.js' }, /runs more than ai-cleanup/],
  ] as const) {
    const wish = understand({ words: [] }, npm(more), folder);
    assert.equal(wish.force, false);
    assert.match(wish.ignored[0] ?? '', objection);
  }
});

test('force=true in .npmrc means no single command', () => {
  const file = join(folder, '.npmrc');
  writeFileSync(file, 'audit=false\nforce = true\n');
  try {
    const wish = understand({ words: [] }, npm(), folder);
    assert.equal(wish.force, false);
    assert.match(wish.ignored[0] ?? '', /\.npmrc says force=true.*npm run db:cleanup force/);
    assert.equal(understand({ words: ['force'] }, npm(), folder).force, true);
  } finally {
    rmSync(file);
  }
});

test('a dry run from the option and from npm', () => {
  const wish = understand({ words: [] }, { npm_config_dry_run: 'true' }, folder);
  assert.deepEqual([wish.dryRun, wish.taken], [true, ["dry run, from npm's --dry-run"]]);
  assert.equal(understand({ dryRun: true, words: [] }, {}, folder).dryRun, true);
  assert.equal(understand({ words: [] }, { npm_config_dry_run: 'false' }, folder).dryRun, false);
});
