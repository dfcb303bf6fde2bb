// npm run db:migrate: applies what is in prisma/migrations, in order, each in a transaction.
//
// It keeps Prisma's own books (_prisma_migrations), so that `prisma migrate deploy` may take over
// where its schema engine can be had.
import 'dotenv/config';
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

const folder = new URL('../prisma/migrations/', import.meta.url);
const migrations = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

if (!process.env.DATABASE_URL) {
  console.error('DATABASE_URL is not set: copy .env.example to .env and say where your database is.');
  process.exit(1);
}
const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
try {
  await client.connect();
} catch (error) {
  const why = error.errors?.[0] ?? error; // one for each address of the host's name
  console.error(`No connection: ${why.message}. Is DATABASE_URL right? "npx ai-cleanup doctor" helps.`);
  process.exit(1);
}
try {
  await client.query(`
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
      migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`);
  const { rows } = await client.query(
    'SELECT migration_name FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const applied = new Set(rows.map((row) => row.migration_name));
  for (const name of migrations.filter((migration) => !applied.has(migration))) {
    const sql = readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8');
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), createHash('sha256').update(sql).digest('hex'), name],
    );
    await client.query('COMMIT');
    console.log(`applied ${name}`);
  }
} finally {
  await client.end();
}
