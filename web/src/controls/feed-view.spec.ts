import { describe, expect, it } from 'vitest';

import { feedAddress, parseFeedView, type FeedView } from './feed-view.js';

describe('the view of the events page', () => {
  const view: FeedView = { site: 'shop', all: true, outcome: 'refused', type: 'sign up', text: '/a&b' };

  it('is what its address says', () => {
    const address = feedAddress(view);
    expect(address).toBe('/events?site=shop&sites=all&outcome=refused&type=sign+up&text=/a%26b');
    expect(parseFeedView(address.slice('/events'.length))).toEqual(view);
  });

  it('shows everything where the address says nothing, or nonsense', () => {
    const bare: FeedView = { site: undefined, all: false, outcome: undefined, type: '', text: '' };
    expect(parseFeedView('')).toEqual(bare);
    expect(parseFeedView('?outcome=lost&sites=some&site=')).toEqual(bare);
    expect(feedAddress(bare)).toBe('/events');
  });
});
