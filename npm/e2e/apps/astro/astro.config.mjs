// GUARD says whether this is a project with ai-cleanup.
import aiCleanup from 'ai-cleanup/vite';

export default {
  server: { port: Number(process.env['PORT']) },
  devToolbar: { enabled: false },
  vite: { plugins: [process.env['GUARD'] === 'vite' && aiCleanup()] },
};
