// The number of connections over time, drawn in the terminal. Where nothing was seen there is a gap.
import pc from 'picocolors';

const label = 5;

/** How many values have room in so many columns. */
export function room(columns: number): number {
  return Math.max(10, columns - label - 6);
}

/** In so many columns and lines at most. The last value is now, one interval after the one before. */
export function chart(
  values: number[],
  limit: number,
  intervalMs: number,
  columns: number,
  lines: number,
): string {
  const shown = values.slice(-room(columns));
  const seen = shown.filter((value) => !Number.isNaN(value));
  const { top, height } = scale(Math.max(1, ...seen), limit, lines - 2);
  const drawn = plot(shown, top, height);
  const span = `${Math.round(((shown.length - 1) * intervalMs) / 1000)} s ago`;
  const gap = Math.max(1, shown.length - span.length - 2);
  const axis = shown.length > span.length + 4 ? `${span}${' '.repeat(gap)}now` : 'now';
  return `${drawn}\n${pc.dim(' '.repeat(label + 2) + axis)}`;
}

/** Up to the limit once it is in sight; before, a little above the highest value. */
function scale(peak: number, limit: number, most: number): { top: number; height: number } {
  const wanted = peak * 2 >= limit ? Math.max(limit, peak) : peak + 2;
  const step = Math.ceil(wanted / most); // whole numbers at the axis
  const height = Math.ceil(wanted / step);
  return { top: height * step, height };
}

/** Lines from the top down to 0, each with its value at the axis. */
function plot(values: number[], top: number, height: number): string {
  const rows = values.map((value) => Math.round((value * height) / top));
  const lines: string[] = [];
  for (let row = height; row >= 0; row--) {
    const axis = String((row * top) / height).padStart(label);
    const cells = rows.map((to, index) => cell(row, rows[index - 1] ?? to, to));
    lines.push(`${axis} ${row === 0 ? '┼' : '┤'}${cells.join('')}`.trimEnd());
  }
  return lines.join('\n');
}

/** The line comes from one row and goes to another within a column. */
function cell(row: number, from: number, to: number): string {
  if (Number.isNaN(to)) {
    return ' ';
  }
  if (Number.isNaN(from) || from === to) {
    return row === to ? '─' : ' ';
  }
  if (row === to) {
    return from > to ? '╰' : '╭';
  }
  if (row === from) {
    return from > to ? '╮' : '╯';
  }
  return row > Math.min(from, to) && row < Math.max(from, to) ? '│' : ' ';
}
