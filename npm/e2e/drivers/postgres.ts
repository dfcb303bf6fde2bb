// postgres.js, for drivers.test.ts.
import postgres from 'postgres';

const sql = postgres(process.env['DATABASE_URL'] ?? '');

export const query = () => sql`SELECT 1`;

export const hold = () =>
  new Promise<void>((held) => {
    sql
      .begin(async (transaction) => {
        await transaction`SELECT 1`;
        held();
        await new Promise(() => {});
      })
      .catch(() => {});
  });
