// The app's one page, for frameworks.test.ts.
import { pool, tutor } from '../../src/server/db';

interface Row {
  tables: number;
}

export async function loader(): Promise<Response> {
  const { rows } = await pool.query<Row>('SELECT count(*)::int AS tables FROM pg_class');
  return Response.json({ tutor, ...rows[0] });
}
