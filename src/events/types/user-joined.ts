import { builtIn } from './definition.js';

export const userJoined = builtIn({
  name: 'user_joined',
  description: 'Somebody entered a room or a channel.',
  properties: [{ name: 'channel', kind: 'text' }],
});
