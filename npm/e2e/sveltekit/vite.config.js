import { sveltekit } from '@sveltejs/kit/vite';
import aiCleanup from 'ai-cleanup/vite';
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  plugins: [sveltekit(), mode !== 'naive' && aiCleanup()],
}));
