import { builtIn } from './definition.js';

export const userLogin = builtIn({
  name: 'user_login',
  description: 'Somebody signed in.',
  properties: [{ name: 'method', kind: 'text' }],
});
