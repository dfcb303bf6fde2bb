// Test runners with naive code on a server that has room for the pools of all workers, but not of all
// files: with the extension and the guard no test fails, and no error is left over.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run } from './app.ts';
import { Database } from './database.ts';
import { here } from './driver.ts';
import { atEnd } from './owner.ts';

/** As many as are too many for 27 slots: each has a pool of 5, and 4 run at a time. */
const files = 12;
const ending = { jest: 'jest.js', vitest: 'vitest.mjs' };

const bodies = {
  jest: `const { pool } = require('../src/db.js');
    const many = () => Promise.all([1, 2, 3, 4, 5].map(() => pool.query('SELECT pg_sleep(0.05)')));`,
  vitest: `import { test } from 'vitest';
    import db from '../src/db.js';
    const many = () => Promise.all([1, 2, 3, 4, 5].map(() => db.pool.query('SELECT pg_sleep(0.05)')));`,
};

function project(t: TestContext, runner: keyof typeof bodies): string {
  mkdirSync(join(here, '.apps'), { recursive: true });
  const folder = mkdtempSync(join(here, '.apps/tests.'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(here, 'apps/tests'), folder, { recursive: true });
  mkdirSync(join(folder, 'generated'));
  for (let file = 1; file <= files; file++) {
    writeFileSync(
      join(folder, `generated/${file}.${ending[runner]}`),
      `${bodies[runner]}
       test('first', many);
       test('second', async () => {
         await new Promise((later) => setTimeout(later, 300));
         await many();
       });`,
    );
  }
  return folder;
}

const commands: Record<keyof typeof bodies, string[]> = {
  jest: ['../../node_modules/jest/bin/jest.js'],
  vitest: ['../../node_modules/vitest/vitest.mjs', 'run'],
};

for (const runner of ['jest', 'vitest'] as const) {
  test(`${runner}: every test passes, and no error is unhandled`, async (t) => {
    const database = await Database.start(t);
    const folder = project(t, runner);
    const output = await run(folder, commands[runner], {
      DATABASE_URL: database.url,
      GUARD: runner,
    });
    assert.match(output, new RegExp(`${2 * files} passed`));
    assert.doesNotMatch(output, /unhandled|\bFAIL\b|× |57P05|53300/i, output);
  });
}
