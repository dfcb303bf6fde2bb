// Ends processes: politely, after a while by force. Only who is still the same process as when
// it was named: pids are used again. Called by reset.
import { setTimeout as sleep } from 'node:timers/promises';
import psList from 'ps-list';
import type { DevProcess } from './project.js';

/** How long a process has to end, once when asked and once when killed. */
const patienceMs = 5000;

/** Returns those who are still there. */
export async function end(processes: DevProcess[]): Promise<DevProcess[]> {
  let left = await stillThere(processes);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const one of left) {
      send(one, signal);
    }
    const deadline = Date.now() + patienceMs;
    while (left.some(isRunning) && Date.now() < deadline) {
      await sleep(20);
    }
    left = await stillThere(left);
  }
  return left;
}

function send({ pid }: DevProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended, or is not ours to end: then it is found below.
  }
}

function isRunning({ pid }: DevProcess): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function stillThere(processes: DevProcess[]): Promise<DevProcess[]> {
  if (processes.length === 0) {
    return [];
  }
  const now = new Map((await psList()).map((one) => [one.pid, one.startTime]));
  return processes.filter(({ pid, startedAt }) => now.has(pid) && isSame(startedAt, now.get(pid)));
}

/** ps works the time out from the time since boot, and may round it differently each time. */
function isSame(one: Date | undefined, other: Date | undefined): boolean {
  return Math.abs((one?.getTime() ?? 0) - (other?.getTime() ?? 0)) < 3000;
}
