// The app of devtools.test.ts: Vite DevTools, for everybody who comes, and the plugin.
import aiCleanup from 'ai-cleanup/vite';
import { defineConfig } from 'vite';

export default defineConfig({
  devtools: { enabled: true, clientAuth: false },
  plugins: [aiCleanup()],
  server: { fs: { strict: false } }, // its packages are links to another folder
});
