import { builtIn } from './definition.js';

export const sessionStart = builtIn({
  name: 'session_start',
  description: 'A session began.',
  properties: [{ name: 'sessionId', kind: 'text' }],
});
