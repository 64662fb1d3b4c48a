import { expect, test } from 'vitest';

import { jobTitle } from './job-title.js';

test.each([
  ['rebuild', { projection: 'top_paths', swap: false }, 'Rebuild top_paths'],
  ['rebuild', { projection: 'top_paths', version: 2 }, 'Rebuild top_paths as version 2'],
  ['rebuild', { swap: true }, 'Rebuild all projections and switch to it'],
  ['rebuild_from_zero', {}, 'Rebuild everything from zero'],
  ['swap', { projection: 'top_paths', generation: 2, served: 1 }, 'Switch top_paths to generation 2'],
  ['swap', { projection: 'top_paths' }, 'Switch top_paths to its newest build'],
  ['rollback', { projection: 'top_paths' }, 'Switch top_paths back'],
  ['retire', { projection: 'top_paths' }, 'Retire what is kept of top_paths'],
  ['retire', { projection: 'top_paths', generation: 3 }, 'Retire generation 3 of top_paths'],
  ['retry_dead_letters', { id: 17 }, 'Retry dead letter 17'],
  [
    'discard_dead_letters',
    { projection: 'top_paths', site: 'shop', reason: 'project_failed', note: 'sent twice' },
    'Discard dead letters of top_paths of site shop with the reason project_failed',
  ],
  ['verify', {}, 'Verify everything'],
  ['preview', { site: 'shop' }, 'Preview other settings of site shop'],
  ['verify', { site: 'shop', from: '2026-05-01' }, 'Verify site shop from 2026-05-01'],
  ['verify', { from: '2026-05-01', to: '2026-05-02' }, 'Verify all sites from 2026-05-01 to 2026-05-02'],
  [
    'reproject',
    { site: 'shop', timeZone: 'Asia/Tokyo', revision: 7 },
    'Count shop anew in Asia/Tokyo, without rules',
  ],
  ['reproject', { site: 'shop', timeZone: 'UTC', rules: [{}] }, 'Count shop anew in UTC, with 1 rule'],
  ['reproject', { site: 'shop', timeZone: 'UTC', rules: [{}, {}] }, 'Count shop anew in UTC, with 2 rules'],
  ['polish', { projection: 'top_paths' }, 'polish'],
])('%s %j: %s', (kind, about, title) => expect(jobTitle(kind, about)).toBe(title));
