// Test runners with naive code on a server that has no room for the pools of all workers, much less of
// all files: with the extension and the guard no test fails, and no error is left over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './app.ts';
import { Database } from './database.ts';
import { commands, project, testCount } from './runners.ts';

for (const runner of ['jest', 'vitest'] as const) {
  test(`${runner}: every test passes, and no error is unhandled`, async (t) => {
    const database = await Database.start(t);
    const output = await run(project(t, runner, true), commands[runner], {
      DATABASE_URL: database.url,
      GUARD: runner,
    });
    assert.match(output, new RegExp(`${testCount + 1} passed`));
    assert.doesNotMatch(output, /unhandled|\bFAIL\b|× |57P05|53300/i, output);
  });
}
