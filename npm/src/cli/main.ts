#!/usr/bin/env node
// The command `ai-cleanup`: runs the program, tells what went wrong, and sets the exit code.
import { CommanderError } from 'commander';
import { Problem } from '../problem.js';
import { exit } from './exit.js';
import { program, type Result } from './program.js';
import { complain } from './trouble.js';

// pnpm and yarn hand on a `--` that was meant for them.
const given = process.argv.slice(2);
const literal = given.indexOf('--');
const args = literal < 0 ? given : given.toSpliced(literal, 1);

const json = args.includes('--json');
const result: Result = { code: exit.done };
try {
  await program(result, json).parseAsync(args, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) {
    result.code = exit.done;
  } else if (error instanceof CommanderError) {
    result.code = json ? complain(asProblem(error), { json }) : exit.usage;
  } else {
    result.code = complain(error, { json });
  }
}
process.exitCode = result.code;

function asProblem({ message }: CommanderError): Problem {
  const [what = '', ...more] = message.replace(/^error: /, '').split('\n');
  return new Problem('usage', what, ['--help says what there is.', ...more]);
}
