// The app's one page, for frameworks.test.ts.
import { createFileRoute } from '@tanstack/react-router';
import { pool, tutor } from '../../server/db';

export const Route = createFileRoute('/api/info')({
  server: {
    handlers: {
      GET: async () => {
        const { rows } = await pool.query('SELECT count(*)::int AS tables FROM pg_class');
        return Response.json({ tutor, ...rows[0] });
      },
    },
  },
});
