// A bare pool of pg, for drivers.test.ts and vite_versions.test.ts.
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] });

export const query = () => pool.query('SELECT 1');

export async function hold(): Promise<void> {
  const client = await pool.connect();
  await client.query('BEGIN');
}
