// The entry `ai-cleanup/register`, for every Node.js program in development:
//
//   node --import ai-cleanup/register server.js
//   NODE_OPTIONS="--import ai-cleanup/register" next dev
import { install, isProduction } from './guard/install.js';

if (isProduction()) {
  console.warn('[ai-cleanup] NODE_ENV is production: ai-cleanup/register does nothing.');
} else {
  install();
}
