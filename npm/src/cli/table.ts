// Tables and bars in the terminal: no lines, only columns.
import Table from 'cli-table3';
import pc from 'picocolors';

const none = Object.fromEntries(
  [
    ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'],
    ...['bottom-right', 'left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'],
  ].map((part) => [part, '']),
);

export type Cell = string | number;

/** The columns whose head ends with `#` are for numbers, and aligned to the right. */
export function table(head: string[], rows: Cell[][]): string {
  const drawn = new Table({
    head: head.map((cell) => pc.dim(cell.replace('#', ''))),
    colAligns: head.map((cell) => (cell.endsWith('#') ? 'right' : 'left')),
    chars: { ...none, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(...rows);
  return drawn
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

/** How full it is: green, then yellow, and red from nine tenths on. */
export function bar(value: number, limit: number, width = 30): string {
  const share = limit > 0 ? Math.min(1, value / limit) : 1;
  const full = Math.round(share * width);
  const colour = share < 0.6 ? pc.green : share < 0.9 ? pc.yellow : pc.red;
  return colour('█'.repeat(full)) + pc.dim('░'.repeat(width - full));
}
