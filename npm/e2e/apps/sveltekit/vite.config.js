// GUARD says whether this is a project with ai-cleanup.
import { sveltekit } from '@sveltejs/kit/vite';
import aiCleanup from 'ai-cleanup/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  server: { port: Number(process.env['PORT'] ?? 0) },
  plugins: [sveltekit(), process.env['GUARD'] === 'vite' && aiCleanup()],
});
