import { builtIn } from './definition.js';

export const addToCart = builtIn({
  name: 'add_to_cart',
  description: 'A product was put into the cart.',
  properties: [
    { name: 'productId', kind: 'text' },
    { name: 'name', kind: 'text' },
    { name: 'price', kind: 'amount' },
    { name: 'currency', kind: 'currency' },
    { name: 'quantity', kind: 'integer', from: 1 },
  ],
});
