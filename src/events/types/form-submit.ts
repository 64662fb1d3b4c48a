import { builtIn } from './definition.js';

export const formSubmit = builtIn({
  name: 'form_submit',
  description: 'A form was sent; never what was in it.',
  properties: [
    { name: 'formId', kind: 'text' },
    { name: 'formName', kind: 'text' },
    { name: 'action', kind: 'text' },
  ],
});
