import { builtIn } from './definition.js';

export const webVitals = builtIn({
  name: 'web_vitals',
  description: 'How fast a page was for its visitor; times in milliseconds.',
  properties: [
    { name: 'lcp', kind: 'number', from: 0 },
    { name: 'inp', kind: 'number', from: 0 },
    { name: 'cls', kind: 'number', from: 0 },
    { name: 'fcp', kind: 'number', from: 0 },
    { name: 'ttfb', kind: 'number', from: 0 },
  ],
});
