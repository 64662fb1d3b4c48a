import { builtIn } from './definition.js';

export const buttonClick = builtIn({
  name: 'button_click',
  description: 'A button was pressed.',
  properties: [{ name: 'button', kind: 'text' }],
});
