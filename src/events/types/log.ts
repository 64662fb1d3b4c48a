import { builtIn } from './definition.js';

export const log = builtIn({
  name: 'log',
  description: "A line of an application's log.",
  properties: [
    { name: 'level', kind: 'text' },
    { name: 'message', kind: 'text' },
  ],
});
