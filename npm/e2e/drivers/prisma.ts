// Runs in a copy of the example app, which has a generated client.
import { PrismaPg } from '@prisma/adapter-pg';
// @ts-expect-error: generated there
import { PrismaClient } from './generated/prisma/client.ts';

const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env['DATABASE_URL'] }),
});

export const query = () => prisma.$queryRaw`SELECT 1`;

export const hold = () =>
  new Promise<void>((held) => {
    prisma
      .$transaction(
        async (transaction: typeof prisma) => {
          await transaction.$queryRaw`SELECT 1`;
          held();
          await new Promise(() => {});
        },
        { timeout: 600_000 },
      )
      .catch(() => {});
  });
