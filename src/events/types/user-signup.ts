import { builtIn } from './definition.js';

export const userSignup = builtIn({
  name: 'user_signup',
  description: 'Somebody signed up.',
  properties: [
    { name: 'method', kind: 'text' },
    { name: 'plan', kind: 'text' },
  ],
});
