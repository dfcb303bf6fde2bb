// What is said to who misspells a command or an option, for people and as JSON.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggestion } from '../dist/cli/suggestion.js';
import { answer, command } from './command.js';

const known = ['cleanup', 'status', 'watch', 'doctor', 'reset', 'force'];

test('the nearest word, where one is near', () => {
  for (const [given, meant] of [
    ['statsu', 'status'],
    ['Doctor', 'doctor'],
    ['doktor', 'doctor'],
    ['rest', 'reset'],
    ['forse', 'force'],
    ['clean', 'cleanup'],
    ['banana', undefined],
    ['x', undefined],
  ] as const) {
    assert.equal(suggestion(given, known), meant, given);
  }
});

test('a command that there is not', async () => {
  const { code, stderr } = await command(['statsu']);
  assert.equal(code, 2);
  assert.match(stderr, /I do not know "statsu"\. Did you mean "status"\?/);
});

test('with --json that is JSON, too, and nothing else', async () => {
  for (const [args, message] of [
    [['statsu'], /I do not know "statsu"/],
    [['--fource'], /unknown option '--fource'/],
    [['watch', '--interval', 'never'], /A time looks like/],
  ] as const) {
    const told = await answer<{ error: string; message: string; remedy: string[] }>([...args]);
    assert.equal(told.error, 'usage');
    assert.match(told.message, message);
    assert.ok(told.remedy.length > 0);
    const { code, stderr } = await command([...args, '--json']);
    assert.deepEqual([code, stderr], [2, '']);
  }
});
