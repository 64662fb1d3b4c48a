import { builtIn } from './definition.js';

export const userDisconnect = builtIn({
  name: 'user_disconnect',
  description: 'Somebody left, or lost the connection.',
  properties: [
    { name: 'reason', kind: 'text' },
    { name: 'durationMs', kind: 'integer', from: 0 },
  ],
});
