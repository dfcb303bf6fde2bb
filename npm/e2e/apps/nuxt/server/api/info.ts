// The app's one page, for frameworks.test.ts.
import { pool, tutor } from '../../src/server/db';

export default defineEventHandler(async () => {
  const { rows } = await pool.query('SELECT count(*)::int AS tables FROM pg_class');
  return { tutor, ...rows[0] };
});
