// drizzle on pg, for drivers.test.ts.
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';

const db = drizzle(process.env['DATABASE_URL'] ?? '');

export const query = () => db.execute(sql`SELECT 1`);

export const hold = () =>
  new Promise<void>((held) => {
    db.transaction(async (transaction) => {
      await transaction.execute(sql`SELECT 1`);
      held();
      await new Promise(() => {});
    }).catch(() => {});
  });
