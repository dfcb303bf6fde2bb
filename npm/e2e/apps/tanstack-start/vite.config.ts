// GUARD says whether this is a project with ai-cleanup.
import { tanstackStart } from '@tanstack/react-start/plugin/vite';
import react from '@vitejs/plugin-react';
import aiCleanup from 'ai-cleanup/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  server: { port: Number(process.env['PORT'] ?? 0) },
  plugins: [tanstackStart(), react(), process.env['GUARD'] === 'vite' && aiCleanup()],
});
