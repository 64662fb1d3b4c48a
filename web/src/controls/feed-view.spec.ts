import { describe, expect, it } from 'vitest';

import { feedAddress, LONGEST_FILTER, parseFeedView, trimmed, type FeedView } from './feed-view.js';

describe('the view of the events page', () => {
  const view: FeedView = { site: 'shop', all: true, outcome: 'refused', type: 'sign up', text: '/a&b' };

  it('is what its address says', () => {
    const address = feedAddress(view);
    expect(address).toBe('/events?site=shop&sites=all&outcome=refused&type=sign+up&text=/a%26b');
    expect(parseFeedView(address.slice('/events'.length))).toEqual(view);
  });

  it('keeps the blank that was typed, and asks without it', () => {
    const typed = { ...view, type: 'must ', text: ' a b ' };
    expect(parseFeedView(feedAddress(typed).slice('/events'.length))).toEqual(typed);
    expect(trimmed(typed)).toEqual({ ...view, type: 'must', text: 'a b' });
  });

  it('asks for no more than the API takes', () => {
    const { type, text } = parseFeedView(`?type=${'a'.repeat(300)}&text=${'b'.repeat(300)}`);
    expect([type.length, text.length]).toEqual([LONGEST_FILTER, LONGEST_FILTER]);
  });

  it('shows everything where the address says nothing, or nonsense', () => {
    const bare: FeedView = { site: undefined, all: false, outcome: undefined, type: '', text: '' };
    expect(parseFeedView('')).toEqual(bare);
    expect(parseFeedView('?outcome=lost&sites=some&site=')).toEqual(bare);
    expect(feedAddress(bare)).toBe('/events');
  });
});
