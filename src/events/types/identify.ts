import { builtIn } from './definition.js';

export const identify = builtIn({
  name: 'identify',
  description: 'What is known of somebody.',
  properties: [{ name: 'traits', kind: 'object' }],
});
