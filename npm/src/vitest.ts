// The entry `ai-cleanup/vitest`, for `test: { setupFiles: ['ai-cleanup/vitest'] }`: the guard in each
// process that runs tests.
import { install } from './guard/install.js';

const guard = install();
guard.rename({ tool: 'vitest' });
guard.warn = () => {}; // in the output of tests its words would only be in the way
