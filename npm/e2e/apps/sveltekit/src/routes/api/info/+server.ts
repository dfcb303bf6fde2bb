// The app's one page, for frameworks.test.ts.
import { json } from '@sveltejs/kit';
import { pool, tutor } from '../../../server/db';

export async function GET() {
  const { rows } = await pool.query('SELECT count(*)::int AS tables FROM pg_class');
  return json({ tutor, ...rows[0] });
}
