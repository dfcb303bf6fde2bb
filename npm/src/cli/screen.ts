// What watch shows: a function from what is known to the text on the screen.
import pc from 'picocolors';
import type { Sample } from '../database/sample.js';
import { duration, several } from '../words.js';
import { chart } from './chart.js';
import { leakTable } from './session_table.js';
import { bar, table } from './table.js';
import { cut } from './terminal.js';

export interface Known {
  heading: string;
  database: string;
  /** Sessions of the server, one value for each look; NaN where there was none. */
  history: number[];
  intervalMs: number;
  /** The last that was known. */
  limit: number;
  /** The last look; undefined while the server cannot be looked at. */
  sample: Sample | undefined;
  /** What is wrong just now, or what was done last. */
  message: string | undefined;
  keys: boolean;
}

/** The most lines that each part takes. */
interface Size {
  chart: number;
  leaks: number;
  endings: number;
}

/** The first that has room in the terminal is taken; the last one fits into 24 rows. */
const sizes: [...Size[], Size] = [
  { chart: 10, leaks: 6, endings: 5 },
  { chart: 8, leaks: 4, endings: 3 },
  { chart: 6, leaks: 2, endings: 1 },
];

export function screen(known: Known, columns: number, rows: number): string {
  const room = rows - 1; // the cursor is in the line below
  const drawn = sizes.map((size) => lines(known, columns, size));
  const chosen = drawn.find(({ length }) => length <= room) ?? drawn.at(-1) ?? [];
  return chosen
    .slice(0, room)
    .map((line) => cut(line, columns))
    .join('\n');
}

function lines(known: Known, columns: number, size: Size): string[] {
  const { sample, message } = known;
  return [
    known.heading,
    ...(sample === undefined ? past(known, columns, size) : body(known, sample, columns, size)),
    ...(message === undefined ? [] : ['', message]),
    ...(known.keys ? ['', pc.dim('c clean up   q quit')] : []),
  ].flatMap((part) => part.split('\n'));
}

/** While there is nothing to be seen of the server: only what was, and until when. */
function past(known: Known, columns: number, size: Size): string[] {
  if (known.history.every(Number.isNaN)) {
    return [];
  }
  return ['', chart(known.history, known.limit, known.intervalMs, columns, size.chart)];
}

function body(known: Known, sample: Sample, columns: number, size: Size): string[] {
  const { connections, leaks, endings, line } = sample;
  return [
    `  ${bar(connections.server, connections.limit)} ` +
      `${pc.bold(`${connections.server} of ${connections.limit}`)} connections in use, ` +
      `${several(connections.database, 'of them', 'of them')} to ${known.database}` +
      (line?.length ? pc.yellow(`; ${several(line.length, 'login')} waiting`) : ''),
    '',
    chart(known.history, connections.limit, known.intervalMs, columns, size.chart),
    '',
    pc.bold('Who is connected'),
    leakTable(leaks, size.leaks),
    '',
    pc.bold('Last endings'),
    lastEndings(endings?.slice(0, size.endings) ?? null),
  ];
}

function lastEndings(endings: Sample['endings']): string {
  if (endings === null) {
    return pc.dim('  known with the extension only: ai-cleanup doctor');
  }
  if (endings.length === 0) {
    return pc.dim('  none yet');
  }
  return table(
    ['', 'pid#', 'application', 'idle#', 'by', 'why'],
    endings.map((ending) => [
      ending.endedAt.toTimeString().slice(0, 8),
      ending.pid,
      ending.application || '(no name)',
      duration(ending.idleSeconds),
      ending.endedBy,
      ending.reason,
    ]),
  );
}
