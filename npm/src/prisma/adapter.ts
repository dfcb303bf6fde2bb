// Loads @prisma/adapter-pg and the very copy of pg that it uses: the adapter takes a pool only if
// it is made by that copy.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Pool } from 'pg';

export interface Adapter {
  pg: { Pool: typeof Pool };
  PrismaPg: new (pool: Pool) => object;
}

export function loadAdapter(): Adapter {
  // The application's own comes first; where this package is linked it has none beside it.
  const places = [join(process.cwd(), 'package.json'), import.meta.url];
  for (const place of places) {
    const require = createRequire(place);
    const file = resolved(require);
    if (file === undefined) {
      continue;
    }
    const { PrismaPg } = require(file) as Pick<Adapter, 'PrismaPg'>;
    return { PrismaPg, pg: createRequire(file)('pg') as Adapter['pg'] };
  }
  throw new Error(
    "'ai-cleanup/prisma' needs Prisma's driver for PostgreSQL: npm install @prisma/adapter-pg",
  );
}

function resolved(require: NodeJS.Require): string | undefined {
  try {
    return require.resolve('@prisma/adapter-pg');
  } catch {
    return undefined;
  }
}
