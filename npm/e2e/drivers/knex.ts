// knex, for drivers.test.ts.
import knex from 'knex';

const db = knex({ client: 'pg', connection: process.env['DATABASE_URL'] ?? '' });

export const query = () => db.raw('SELECT 1');

export async function hold(): Promise<void> {
  const transaction = await db.transaction();
  await transaction.raw('SELECT 1');
}
