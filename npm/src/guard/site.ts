// The place in the user's own code that we were called from: file, line and function, as the author
// wrote them. A trace is taken at once, and looked at only if somebody wants to know.
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Position, sourceOf } from './source_map.js';

export interface Site {
  /** Relative to the project, with slashes. */
  file: string;
  line: number;
  /** The function there, as the engine calls it; empty for what a module does when it is loaded. */
  within: string;
}

export interface Trace {
  readonly site: Site | undefined;
  /** Of the event loop: what is made in the same one is made in one go. */
  readonly turn: number;
}

/** Of a position in code that a tool has made, that in the code it was made from. */
export type Translate = (frame: string) => string | undefined;

const depth = 60;
const ours = fileURLToPath(new URL('..', import.meta.url));
const foreign = /[\\/]node_modules[\\/]|^node:|[\\/]\.pnp\.|^internal[\\/]/;

export function takeTrace(project: string, translate: Translate = () => undefined): Trace {
  const frames = framesHere();
  let site: Site | undefined;
  let isKnown = false;
  return {
    turn: thisTurn(),
    get site() {
      if (!isKnown) {
        isKnown = true;
        site = firstOwn(frames, project, translate);
      }
      return site;
    },
  };
}

let turn = 0;
let isInTurn = false;

function thisTurn(): number {
  if (!isInTurn) {
    isInTurn = true;
    turn += 1;
    setImmediate(() => {
      isInTurn = false;
    });
  }
  return turn;
}

interface Frame {
  raw: Position;
  /** The hash of its script, if that was evaluated. */
  evaluated: string | undefined;
  within: string;
  /** As the program itself would print it, by whatever it has installed for that. */
  shown: string;
}

function framesHere(): Frame[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  Error.stackTraceLimit = depth;
  try {
    const shown = (new Error().stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    Error.prepareStackTrace = (_error, sites) => sites;
    const sites = new Error().stack as unknown as NodeJS.CallSite[];
    Error.prepareStackTrace = prepareStackTrace;
    const inStep = shown.length === sites.length;
    return sites.map((site, index) => ({
      raw: {
        file: pathOf(site.getScriptNameOrSourceURL() ?? site.getFileName() ?? ''),
        line: site.getLineNumber() ?? 0,
        column: site.getColumnNumber() ?? 0,
      },
      evaluated: site.isEval() ? site.getScriptHash() : undefined,
      within: site.getFunctionName() ?? '',
      shown: (inStep ? shown[index] : undefined) ?? '',
    }));
  } catch {
    return []; // whoever formats stacks here, it must not be felt
  } finally {
    Object.assign(Error, { stackTraceLimit, prepareStackTrace });
  }
}

function firstOwn(frames: Frame[], project: string, translate: Translate): Site | undefined {
  for (const frame of frames) {
    if (frame.raw.file === '' || isForeign(frame.raw.file)) {
      continue;
    }
    const { file, line } = originOf(frame, translate);
    if (isForeign(file) || !isAbsolute(file)) {
      continue;
    }
    const path = relative(project, file).split(sep).join('/');
    if (path.startsWith('../')) {
      continue;
    }
    return { file: path, line, within: frame.within };
  }
  return undefined;
}

function isForeign(file: string): boolean {
  return foreign.test(file) || file.startsWith(ours);
}

/** Already translated by the program, or by the tool that made the code, or by its source map. */
function originOf({ raw, evaluated, shown }: Frame, translate: Translate): Position {
  const printed = positionIn(shown);
  if (printed !== undefined && (printed.line !== raw.line || printed.file !== raw.file)) {
    return printed;
  }
  const translated = shown === '' ? undefined : positionIn(translate(shown) ?? '');
  return translated ?? sourceOf(raw, evaluated);
}

function positionIn(frame: string): Position | undefined {
  // `at name (file:1:2)`, or `at file:1:2`; bundlers have parentheses in both.
  const [, file, line, column] =
    /^.* \((.+):(\d+):(\d+)\)$/.exec(frame) ??
    /^\s*at (?:async )?(.+):(\d+):(\d+)$/.exec(frame) ??
    [];
  return file === undefined
    ? undefined
    : { file: pathOf(file), line: Number(line), column: Number(column) };
}

function pathOf(name: string): string {
  try {
    return name.startsWith('file:') ? fileURLToPath(name) : name;
  } catch {
    return name;
  }
}
