// The app's one page, for frameworks.test.ts; started anew by a watcher at each save.
import express from 'express';
import { pool, tutor } from './server/db.ts';

const app = express();
app.get('/api/info', async (_request: unknown, response: { json(body: object): void }) => {
  const { rows } = await pool.query('SELECT count(*)::int AS tables FROM pg_class');
  response.json({ tutor, ...rows[0] });
});
const port = Number(process.env['PORT']);
app.listen(port, () => console.log(`Local: http://localhost:${port} `));
