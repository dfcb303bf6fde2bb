// GUARD says whether this is a project with ai-cleanup.
import { reactRouter } from '@react-router/dev/vite';
import aiCleanup from 'ai-cleanup/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  server: { port: Number(process.env['PORT']) },
  plugins: [reactRouter(), process.env['GUARD'] === 'vite' && aiCleanup()],
});
