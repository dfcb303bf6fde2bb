// Where a position in generated code comes from, by the map that the tool has left with it: in what
// Node.js keeps of loaded modules, in the file itself, or beside it.
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

/** The same position where there is no map. */
export function sourceOf(position: Position): Position {
  try {
    const map = findSourceMap(position.file) ?? mapOnDisk(position.file);
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
  const url = last?.[1];
  if (url === undefined) {
    return undefined;
  }
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
