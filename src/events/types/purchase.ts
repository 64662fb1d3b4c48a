import { builtIn } from './definition.js';

export const purchase = builtIn({
  name: 'purchase',
  description: 'Something was bought.',
  properties: [
    { name: 'orderId', kind: 'text' },
    { name: 'revenue', kind: 'amount' },
    { name: 'currency', kind: 'currency' },
    { name: 'items', kind: 'list' },
  ],
});
