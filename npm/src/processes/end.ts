// Ends processes: politely, after a while by force. Only who is still the same process as when
// it was named: pids are used again. Called by reset.
import fkill from 'fkill';
import psList from 'ps-list';
import type { DevProcess } from './project.js';

/** How long a process has to end by itself, in milliseconds. */
const patience = 5000;

/** Returns those who are still there. */
export async function end(processes: DevProcess[]): Promise<DevProcess[]> {
  const present = await stillThere(processes);
  await fkill(
    present.map(({ pid }) => pid),
    { forceAfterTimeout: patience, waitForExit: patience * 2, silent: true },
  ).catch(() => {
    // Whoever could not be ended is found below.
  });
  return stillThere(present);
}

async function stillThere(processes: DevProcess[]): Promise<DevProcess[]> {
  const now = new Map((await psList()).map((one) => [one.pid, one.startTime]));
  return processes.filter(({ pid, startedAt }) => now.has(pid) && isSame(startedAt, now.get(pid)));
}

/** ps works the time out from the time since boot, and may round it differently each time. */
function isSame(one: Date | undefined, other: Date | undefined): boolean {
  return Math.abs((one?.getTime() ?? 0) - (other?.getTime() ?? 0)) < 3000;
}
