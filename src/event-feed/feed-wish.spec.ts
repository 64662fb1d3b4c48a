import { expect, it } from 'vitest';

import { encodeEvent } from '#events/codec.js';

import { anEvent } from '../../test/harness/given.js';
import { storedItem } from './feed-item.js';
import { compileWish, type FeedWish } from './feed-wish.js';

const OWN = { sees: (site: string | undefined) => site === 'shop' };
const mention = anEvent({ site: 'blog', path: '/about/shop', title: 'say "site":"shop"' });
const own = anEvent({ site: 'shop', type: 'order' });

it.each<[string, FeedWish, boolean, boolean]>([
  ['every site', {}, true, true],
  ['one site', { site: 'shop' }, true, false],
  ['the sites that one may see', OWN, true, false],
  ['a site that one may not see', { ...OWN, site: 'blog' }, false, false],
  ['other types', { ...OWN, eventTypes: ['signup'] }, false, false],
])('of %s no line of another site is so much as counted', (_, wish, wantsOwn, wantsMention) => {
  const { mayWant, wants } = compileWish(wish);
  for (const [event, wanted] of [
    [own, wantsOwn],
    [mention, wantsMention],
  ] as const) {
    expect(mayWant(encodeEvent(event)), event.site).toBe(wanted);
    const item = storedItem(event, { partition: 0, sequence: 1, ordinal: 0 });
    expect(wants(item), event.site).toBe(wanted);
  }
});

it('a line that somebody else wrote is looked at before it is judged', () => {
  const { mayWant } = compileWish(OWN);
  expect(mayWant(`{"site":"blog",${encodeEvent(own).slice(1)}`)).toBe(true);
  expect(mayWant(encodeEvent({ ...own, site: 'sh"op' }))).toBe(true);
});
