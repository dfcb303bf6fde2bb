#!/usr/bin/env node
// The command `ai-cleanup`: runs the program, tells what went wrong, and sets the exit code.
import { CommanderError } from 'commander';
import { exit } from './exit.js';
import { program, type Result } from './program.js';
import { complain } from './trouble.js';

// pnpm and yarn hand on a `--` that was meant for them.
const given = process.argv.slice(2);
const literal = given.indexOf('--');
const args = literal < 0 ? given : given.toSpliced(literal, 1);

const result: Result = { code: exit.done };
try {
  await program(result).parseAsync(args, { from: 'user' });
} catch (error) {
  if (error instanceof CommanderError) {
    result.code = error.exitCode === 0 ? exit.done : exit.usage;
  } else {
    result.code = complain(error, { json: args.includes('--json') });
  }
}
process.exitCode = result.code;
