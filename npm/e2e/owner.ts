// Who has started something, and how it ends: the last first, so that a folder goes when nobody
// writes into it any more, and a server when its clients have left. Used by all helpers here.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Whoever has started something, and can be told of how to end it: a test. */
export interface Owner {
  after(end: () => unknown): void;
}

type End = () => unknown;
const ends = new WeakMap<Owner, End[]>();

/**
 * Runs `end` when the owner's time is over, before all that was said earlier, and whether or not
 * another end fails. (The hooks of node:test itself run first come, first served, and none after
 * one that fails: whatever is left running then keeps the test's process alive.)
 */
export function atEnd(owner: Owner, end: End): void {
  const known = ends.get(owner);
  if (known !== undefined) {
    known.unshift(end);
    return;
  }
  const all = [end];
  ends.set(owner, all);
  owner.after(async () => {
    const errors: unknown[] = [];
    for (const next of all) {
      try {
        await next();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) {
      throw errors.length === 1 ? errors[0] : new AggregateError(errors);
    }
  });
}

export function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** The same with everything that it has started. */
export async function killGroup(child: ChildProcess): Promise<void> {
  const exit = isRunning(child) ? once(child, 'exit') : undefined;
  try {
    if (child.pid !== undefined) {
      process.kill(-child.pid, 'SIGKILL');
    }
  } catch {
    // nobody of it is left
  }
  await exit;
}

/** Ends a process, whatever it does, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) {
    return;
  }
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
