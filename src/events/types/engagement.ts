import { builtIn } from './definition.js';

export const engagement = builtIn({
  name: 'engagement',
  description: 'How long and how far a page was read.',
  properties: [
    { name: 'engagedMs', kind: 'integer', from: 0 },
    { name: 'scrollDepth', kind: 'number', from: 0, to: 100 },
  ],
});
