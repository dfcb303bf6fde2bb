// The entry `ai-cleanup/vite`.
export {};
