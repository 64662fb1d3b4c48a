import { builtIn } from './definition.js';

export const pageView = builtIn({
  name: 'page_view',
  description: 'A page was seen.',
  pageView: true,
  properties: [],
});
