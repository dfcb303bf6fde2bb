// GUARD says whether this is a project with ai-cleanup.
import { solidStart } from '@solidjs/start/config';
import aiCleanup from 'ai-cleanup/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  server: { port: Number(process.env['PORT'] ?? 0) },
  plugins: [solidStart(), process.env['GUARD'] === 'vite' && aiCleanup()],
});
