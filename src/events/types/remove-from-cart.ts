import { builtIn } from './definition.js';

export const removeFromCart = builtIn({
  name: 'remove_from_cart',
  description: 'A product was taken out of the cart.',
  properties: [
    { name: 'productId', kind: 'text' },
    { name: 'name', kind: 'text' },
    { name: 'price', kind: 'amount' },
    { name: 'currency', kind: 'currency' },
    { name: 'quantity', kind: 'integer', from: 1 },
  ],
});
