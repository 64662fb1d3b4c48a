import { builtIn } from './definition.js';

export const search = builtIn({
  name: 'search',
  description: 'Something was looked for.',
  properties: [
    { name: 'query', kind: 'text' },
    { name: 'results', kind: 'integer', from: 0 },
  ],
});
