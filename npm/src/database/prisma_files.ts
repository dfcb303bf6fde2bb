// What Prisma's own files say of the database: the variable that has its URL, or the URL itself.
// Read as text: a configuration in TypeScript is a program, and not ours to run.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PrismaSource {
  file: string;
  variable?: string;
  url?: string;
}

const files = [
  ...['prisma.config.ts', 'prisma.config.mts', 'prisma.config.js', 'prisma.config.mjs'],
  ...['prisma/schema.prisma', 'schema.prisma'],
];

export function prismaSources(project: string): PrismaSource[] {
  return files
    .filter((file) => existsSync(join(project, file)))
    .flatMap((file) => {
      const text = readFileSync(join(project, file), 'utf8').replace(/^\s*\/\/.*$/gm, '');
      return [...text.matchAll(/\b(?:url|directUrl)\s*[:=]\s*(.*)/g)].flatMap(
        ([, value = '']): PrismaSource[] => {
          const variable =
            /^env(?:<[^>]*>)?\(\s*['"](\w+)['"]/.exec(value) ??
            /^process\.env\.(\w+)/.exec(value) ??
            /^process\.env\[['"](\w+)['"]\]/.exec(value);
          const url = /^['"](postgres(?:ql)?:[^'"]+)['"]/.exec(value)?.[1];
          if (variable?.[1] !== undefined) {
            return [{ file, variable: variable[1] }];
          }
          return url === undefined ? [] : [{ file, url }];
        },
      );
    });
}
