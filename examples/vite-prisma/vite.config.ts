// The development server: the page, and the API in the same process, reloaded with each save.
//
//   vite                   one pool, kept over reloads; the plugin and its panel
//   vite --mode naive      leaks on purpose: a pool with each reload of the database module
//   vite --mode guarded    the naive code, unchanged, and the plugin
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import aiCleanup from 'ai-cleanup/vite';
import { defineConfig, loadEnv, type Plugin } from 'vite';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => {
  process.env['DATABASE_URL'] ??= loadEnv(mode, process.cwd(), 'DATABASE_')['DATABASE_URL'];
  const db = mode === 'naive' || mode === 'guarded' ? 'db-naive.ts' : 'db.ts';
  return {
    plugins: [react(), api(), mode !== 'naive' && aiCleanup()],
    resolve: { alias: { '#db': file(`src/server/${db}`) } },
    server: { port: 3000, strictPort: true },
  };
});

/** Serves /api with src/server/api.ts, in whatever state that is at each request. */
function api(): Plugin {
  return {
    name: 'api',
    configureServer(server) {
      server.middlewares.use('/api', async (request, response, next) => {
        try {
          const module = await server.ssrLoadModule('/src/server/api.ts');
          await (module as typeof import('./src/server/api.ts')).handle(request, response);
        } catch (error) {
          next(error);
        }
      });
    },
  };
}
