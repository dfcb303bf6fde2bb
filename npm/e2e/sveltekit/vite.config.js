// The app of sveltekit.test.ts: with the plugin, or without it in the mode naive.
import { sveltekit } from '@sveltejs/kit/vite';
import aiCleanup from 'ai-cleanup/vite';
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  plugins: [sveltekit(), mode !== 'naive' && aiCleanup()],
}));
