// The example's scripts, as a person types them, with its .env.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { copyApp, environment, example } from './app.ts';
import { Database } from './database.ts';

test('the scripts of the example work', async (t) => {
  const database = await Database.start(t);
  const cwd = copyApp(t, example);
  writeFileSync(join(cwd, '.env'), `DATABASE_URL="${database.url}"\n`);
  const npm = async (...words: string[]) =>
    (await promisify(execFile)('npm', ['run', ...words], { cwd, env: environment() })).stdout;

  assert.match(await npm('db:migrate'), /applied 20260101000000_tutor_sessions/);
  assert.doesNotMatch(await npm('db:migrate'), /applied/, 'once is enough');
  assert.match(await npm('test:run'), /2 passed/);

  const ends = await database.leak('forgotten', 3);
  assert.match(await npm('db:status'), /3 +3 .*forgotten/);
  assert.match(await npm('db:watch', '--', '--looks', '1'), /most: 3 of forgotten/);
  assert.match(await npm('db:cleanup'), /3 sessions ended, 0 stayed/);
  assert.deepEqual(await ends(), ['57P05', '57P05', '57P05']);
  const forced = await database.leak('forgotten', 2);
  assert.match(await npm('db:cleanup', '--force'), /2 sessions ended, 0 stayed/);
  assert.deepEqual(await forced(), ['57P01', '57P01']);
});
