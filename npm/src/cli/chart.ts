// The number of connections over time, drawn in the terminal.
import asciichart from 'asciichart';
import pc from 'picocolors';

const label = 5;

/** How many values have room in so many columns. */
export function room(columns: number): number {
  return Math.max(10, columns - label - 6);
}

/** In so many columns and lines at most. The last value is now, `seconds` after the one before. */
export function chart(
  values: number[],
  limit: number,
  seconds: number,
  columns: number,
  lines: number,
): string {
  const shown = values.slice(-room(columns));
  const { top, height } = scale(Math.max(1, ...shown), limit, lines - 2);
  const drawn = asciichart.plot(shown, {
    ...{ min: 0, max: top, height },
    format: (value) => value.toFixed(0).padStart(label),
  });
  const span = `${Math.round((shown.length - 1) * seconds)} s ago`;
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
