import { builtIn } from './definition.js';

export const click = builtIn({
  name: 'click',
  description: 'A link was followed, to elsewhere or to a file.',
  properties: [
    { name: 'href', kind: 'text' },
    { name: 'kind', kind: 'text' },
    { name: 'extension', kind: 'text' },
  ],
});
