// npm run test:run
import { fileURLToPath } from 'node:url';
import 'dotenv/config';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { '#db': fileURLToPath(new URL('src/server/db.ts', import.meta.url)) } },
});
