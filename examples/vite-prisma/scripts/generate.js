// npm run db:generate: writes the Prisma client for prisma/schema.prisma to src/generated.
//
// Prisma would download its schema engine first, 20 MB from a host of its own, and then not use it
// for this. Naming any program in its place spares that. (Only here: with the same variable set,
// `prisma db push` and `prisma migrate` do nothing and report success.)
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');
const { status } = spawnSync(process.execPath, [prisma, 'generate', '--no-hints'], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: '1',
  },
});
process.exitCode = status ?? 1;
