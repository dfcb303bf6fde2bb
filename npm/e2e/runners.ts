// Projects for test runners: files of tests with a naive pool each, which together are too many for
// the server, though it has room for those that run at a time. For runners.test.ts and table.ts.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { here } from './driver.ts';
import { atEnd, type Owner } from './owner.ts';

export type Runner = 'jest' | 'vitest';

/** As many as are too many for 27 slots: each has a pool of 5, and 4 run at a time. */
const files = 12;
export const testCount = 2 * files;
const ending = { jest: 'jest.js', vitest: 'vitest.mjs' };

const bodies = {
  jest: `const { pool } = require('../src/db.js');
    const many = () => Promise.all([1, 2, 3, 4, 5].map(() => pool.query('SELECT pg_sleep(0.05)')));`,
  vitest: `import { test } from 'vitest';
    import db from '../src/db.js';
    const many = () => Promise.all([1, 2, 3, 4, 5].map(() => db.pool.query('SELECT pg_sleep(0.05)')));`,
};

export const commands: Record<Runner, string[]> = {
  jest: ['../../node_modules/jest/bin/jest.js'],
  vitest: ['../../node_modules/vitest/vitest.mjs', 'run'],
};

export function project(t: Owner, runner: Runner): string {
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
