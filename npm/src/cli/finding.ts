// What doctor finds: one thing each, with its remedy.
import pc from 'picocolors';
import type { Remedy } from '../problem.js';

export interface Finding {
  /** fine: as it should be; hint: could be better; problem: will hurt. */
  level: 'fine' | 'hint' | 'problem';
  /** A name for programs that read the JSON; it stays the same. */
  id: string;
  what: string;
  remedy: string[];
}

export const fine = (id: string, what: string): Finding => ({
  ...{ level: 'fine', id, what, remedy: [] },
});
export const hint = (id: string, what: string, ...remedy: Remedy): Finding => ({
  ...{ level: 'hint', id, what, remedy },
});
export const problem = (id: string, what: string, ...remedy: Remedy): Finding => ({
  ...{ level: 'problem', id, what, remedy },
});

const marks = { fine: pc.green('✓'), hint: pc.yellow('!'), problem: pc.red('✗') };

export function findingText({ level, what, remedy }: Finding): string {
  return [`${marks[level]} ${what}`, ...remedy.map((step) => `    → ${step}`)].join('\n');
}
