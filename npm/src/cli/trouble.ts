// How a problem is told: what happened, why, what to do; on stderr, or as JSON on stdout.
import pc from 'picocolors';
import { Problem } from '../problem.js';
import { exit, exitOf } from './exit.js';

export interface Telling {
  json?: boolean | undefined;
  /** Which database it is about, where there are several. */
  about?: string | undefined;
}

/** Prints the problem and returns the exit code for it. */
export function complain(error: unknown, { json, about }: Telling = {}): number {
  const message = error instanceof Error ? error.message : String(error);
  const kind = error instanceof Problem ? error.kind : 'failed';
  const remedy = error instanceof Problem ? error.remedy : [];
  if (json) {
    console.log(
      JSON.stringify({ error: kind, message, remedy, ...(about ? { where: about } : {}) }),
    );
  } else {
    console.error([pc.red(message), ...remedy.map((step) => `  ${step}`)].join('\n'));
    if (!(error instanceof Problem) && process.env['DEBUG'] && error instanceof Error) {
      console.error(error.stack);
    }
  }
  return error instanceof Problem ? exitOf(error.kind) : exit.failed;
}
