// What doctor says of the project's processes: dev servers that were left behind, or are many.
import type { DevProcess } from '../../processes/project.js';
import { several } from '../../words.js';
import { type Finding, fine, hint, problem } from '../finding.js';

export function examineProcesses(own: DevProcess[]): Finding[] {
  const left = own.filter((one) => one.orphaned);
  const servers = own.filter((one) => one.ports.length > 0);
  return [
    ...left.map((one) =>
      problem(
        'orphan',
        `A dev process was left behind: pid ${one.pid}${portsOf(one)}, ${one.command}.` +
          ' No terminal ends it, and it keeps its connections.',
        `ai-cleanup reset, or: kill ${one.pid}`,
      ),
    ),
    ...(servers.length > 1 && left.length === 0
      ? [
          hint(
            'dev_servers',
            `${several(servers.length, 'dev server')} of this project run at once: ` +
              `${servers.map((one) => `pid ${one.pid}${portsOf(one)}`).join('; ')}.`,
            'Each has a pool of its own. End what you do not need, or ai-cleanup reset for all.',
          ),
        ]
      : []),
    ...(left.length === 0 && servers.length <= 1
      ? [
          fine(
            'processes',
            `${several(working(own).length, 'dev process', 'dev processes')} of this project.`,
          ),
        ]
      : []),
  ];
}

/** What only starts another and waits for it opens no connection. */
function working(own: DevProcess[]): DevProcess[] {
  return own.filter(({ launches }) => !launches);
}

function portsOf({ ports }: DevProcess): string {
  return ports.length === 0 ? '' : ` on port ${ports.join(', ')}`;
}
