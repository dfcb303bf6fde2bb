// Where a position in generated code comes from, by the map that the tool has left with it: in what
// Node.js keeps of loaded modules, in the code itself, or beside it.
import { existsSync, readFileSync } from 'node:fs';
import { findSourceMap, SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Position {
  file: string;
  /** From 1 on. */
  line: number;
  column: number;
}

/**
 * The same position where there is no map. Code that was evaluated is in no file, whatever name it
 * gives itself: its script's hash says which it is.
 */
export function sourceOf(position: Position, evaluated?: string): Position {
  try {
    const map =
      findSourceMap(position.file) ??
      (evaluated === undefined ? mapOnDisk(position.file) : mapInMemory(evaluated, position.file));
    const entry = map?.findEntry(position.line - 1, position.column - 1);
    if (entry === undefined || !('originalSource' in entry)) {
      return { ...position, file: pathOf(position.file, position.file) };
    }
    return {
      file: pathOf(entry.originalSource, position.file),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  } catch {
    return position; // a map that is none
  }
}

function mapOnDisk(file: string): SourceMap | undefined {
  if (!isAbsolute(file)) {
    return undefined;
  }
  const [last] = [
    ...readFileSync(file, 'utf8').matchAll(/^\s*\/\/[#@] sourceMappingURL=(\S+)\s*$/gm),
  ].slice(-1);
  return last?.[1] === undefined ? undefined : mapAt(last[1], file);
}

/** The engine has read it with the code, and tells those who debug. It does so before post() returns. */
function mapInMemory(hash: string, file: string): SourceMap | undefined {
  const session = new (process.getBuiltinModule('node:inspector').Session)();
  let url: string | undefined;
  session.on('Debugger.scriptParsed', ({ params }) => {
    if (params.hash === hash) {
      url = params.sourceMapURL;
    }
  });
  session.connect();
  try {
    session.post('Debugger.enable');
  } finally {
    session.disconnect();
  }
  return url ? mapAt(url, file) : undefined;
}

function mapAt(url: string, file: string): SourceMap {
  const [, encoding, data] = /^data:application\/json[^,]*?(;base64)?,(.*)$/.exec(url) ?? [];
  const text =
    data === undefined
      ? readFileSync(resolve(dirname(file), decodeURIComponent(url)), 'utf8')
      : encoding === undefined
        ? decodeURIComponent(data)
        : Buffer.from(data, 'base64').toString();
  return new SourceMap(JSON.parse(text) as SourceMapPayload);
}

/** Bundlers have URLs of their own for files, relative to the project or to the workspace's root. */
const bundled =
  /^(?:webpack-internal|webpack|turbopack):\/\/[^/]*\/(?:\([^)]*\)\/)?(?:\[project\]\/)?(?:\.\/)?(.*?)(?:\?\w*)?$/;

function pathOf(source: string, generated: string): string {
  if (source.startsWith('file:')) {
    return fileURLToPath(source);
  }
  const inside = bundled.exec(source)?.[1];
  if (inside === undefined) {
    return resolve(dirname(generated), source);
  }
  for (let path = inside; ; path = path.slice(path.indexOf('/') + 1)) {
    if (existsSync(path)) {
      return resolve(path);
    }
    if (!path.includes('/')) {
      return resolve(inside);
    }
  }
}
