// Tables and bars in the terminal: no lines, only columns.
import pc from 'picocolors';
import { width } from './terminal.js';

export type Cell = string | number;

/** The columns whose head ends with `#` are for numbers, and aligned to the right. */
export function table(head: string[], rows: Cell[][]): string {
  const lines = [
    head.map((cell) => pc.dim(cell.replace('#', ''))),
    ...rows.map((row) => row.map(String)),
  ];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => width(line[column] ?? ''))),
  );
  return lines
    .map((line) =>
      head
        .map((title, column) => {
          const cell = line[column] ?? '';
          const space = ' '.repeat((widths[column] ?? 0) - width(cell));
          return title.endsWith('#') ? space + cell : cell + space;
        })
        .join('  '),
    )
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

/** How full it is: green, then yellow, and red from nine tenths on. */
export function bar(value: number, limit: number, columns = 30): string {
  const share = limit > 0 ? Math.min(1, value / limit) : 1;
  const full = Math.round(share * columns);
  const colour = share < 0.6 ? pc.green : share < 0.9 ? pc.yellow : pc.red;
  return colour('█'.repeat(full)) + pc.dim('░'.repeat(columns - full));
}
