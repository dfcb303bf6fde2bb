// GUARD says whether this is a project with ai-cleanup.
import { withAiCleanup } from 'ai-cleanup/next';

const config = { agentRules: false };

export default process.env['GUARD'] === 'next' ? withAiCleanup(config, { panel: 0 }) : config;
