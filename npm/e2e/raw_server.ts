// A program that makes a new pool at each save, as a module does that is loaded anew, and forgets the
// one before. Started by raw.test.ts, and told when to save.
import pg from 'pg';

const forgotten: pg.Pool[] = [];

process.on('message', async () => {
  const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], idleTimeoutMillis: 0 });
  forgotten.push(pool);
  try {
    await pool.query('SELECT 1');
    process.send?.('answered');
  } catch (error) {
    process.send?.(error instanceof Error ? error.message : String(error));
  }
});
process.on('disconnect', () => process.exit());
