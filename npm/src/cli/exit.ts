// The exit codes, in one place: --help shows this table, and so does the README.
import type { Kind } from '../problem.js';

export const exit = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  full: 4,
  partly: 5,
  unhealthy: 6,
  declined: 7,
} as const;

export const meanings: Record<keyof typeof exit, string> = {
  done: 'done; nothing is wrong',
  failed: 'something unexpected failed',
  usage: 'the command was not understood, or there is no usable DATABASE_URL',
  unreachable: 'the database cannot be reached, or refuses the login',
  full: 'every connection slot is taken, and there was no other way in',
  partly: 'partly done: something that was to end is still there',
  unhealthy: 'doctor found a problem',
  declined: 'not confirmed, so nothing was done',
};

export function exitOf(kind: Kind): number {
  return exit[kind];
}
