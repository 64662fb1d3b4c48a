import { builtIn } from './definition.js';

export const userMessage = builtIn({
  name: 'user_message',
  description: 'Somebody wrote; never what.',
  properties: [
    { name: 'channel', kind: 'text' },
    { name: 'length', kind: 'integer', from: 0 },
  ],
});
