// Projects for test runners: files of tests with a naive pool each, of which even those that run at a
// time are too many for the server. For runners.test.ts and table.ts.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { here } from './driver.ts';
import { atEnd, type Owner } from './owner.ts';

export type Runner = 'jest' | 'vitest';

/** Each has a pool of 5, and 8 run at a time: 40 connections, where the server has 26. */
const files = 12;
export const testCount = 2 * files;
const ending = { jest: 'jest.js', vitest: 'vitest.mjs' };

const heads = {
  jest: `const { pool } = require('../src/db.js');
    const { execFileSync } = require('node:child_process');`,
  vitest: `import { execFileSync } from 'node:child_process';
    import { test } from 'vitest';
    import db from '../src/db.js';
    const { pool } = db;`,
};

const manyQueries = `
  const many = () => Promise.all([1, 2, 3, 4, 5].map(() => pool.query('SELECT pg_sleep(0.05)')));
  test('first', many);
  test('second', async () => {
    await new Promise((later) => setTimeout(later, 300));
    await many();
  });`;

/** Its connection is retired while it cannot hear of it. */
const retirement = `
  const cleanUp = \`
    const pool = new (require('pg').Pool)({ connectionString: process.env.DATABASE_URL });
    pool.query('SELECT ai_cleanup()').then(() => pool.end());\`;
  test('retired', async () => {
    await pool.query('SELECT 1');
    execFileSync(process.execPath, ['--import', 'ai-cleanup/register', '-e', cleanUp]);
    await pool.query('SELECT 1');
  });`;

export const commands: Record<Runner, string[]> = {
  jest: ['../../node_modules/jest/bin/jest.js'],
  vitest: ['../../node_modules/vitest/vitest.mjs', 'run'],
};

export function project(t: Owner, runner: Runner, retires = false): string {
  mkdirSync(join(here, '.apps'), { recursive: true });
  const folder = mkdtempSync(join(here, '.apps/tests.'));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(here, 'apps/tests'), folder, { recursive: true });
  mkdirSync(join(folder, 'generated'));
  const write = (name: number | string, tests: string) =>
    writeFileSync(join(folder, `generated/${name}.${ending[runner]}`), heads[runner] + tests);
  for (let file = 1; file <= files; file++) {
    write(file, manyQueries);
  }
  if (retires) {
    write('retired', retirement);
  }
  return folder;
}
