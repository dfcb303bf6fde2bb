// This package's own name and version, read from its package.json: for the command line, the
// panel and the connections' application names.
import { createRequire } from 'node:module';

const description = createRequire(import.meta.url)('../package.json') as {
  name: string;
  version: string;
};

export const name = description.name;
export const version = description.version;
