// The entry `ai-cleanup/vitest`, for `test: { setupFiles: ['ai-cleanup/vitest'] }`: the guard in each
// process that runs tests.
import { install } from './guard/install.js';

install().rename({ tool: 'vitest' });
