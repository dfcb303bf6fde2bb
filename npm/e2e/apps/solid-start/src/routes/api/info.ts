// The app's one page, for frameworks.test.ts.
import { pool, tutor } from '../../server/db';

export async function GET(): Promise<Response> {
  const { rows } = await pool.query('SELECT count(*)::int AS tables FROM pg_class');
  return Response.json({ tutor, ...rows[0] });
}
