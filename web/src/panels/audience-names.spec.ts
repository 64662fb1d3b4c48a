import { expect, test } from 'vitest';
import { CARDS, TABS } from '../controls/audience-tabs.js';
import { NAMES, nameOf } from './audience-names.js';

test('every dimension is a tab of one card', () => {
  expect(CARDS.flatMap((card) => [...TABS[card]]).sort()).toEqual(Object.keys(NAMES).sort());
});

test.each([
  ['CHANNEL', 'organic_search', 'Organic search'],
  ['CHANNEL', 'ai_assistant', 'AI assistant'],
  ['CHANNEL', 'sms', 'SMS'],
  ['BOT', 'ai-crawler', 'AI crawler'],
  ['BOT', 'seo', 'SEO'],
  ['DEVICE', 'tv', 'TV'],
  ['SCREEN', 'tablet', '576 to 991 px'],
  ['COUNTRY', 'NP', 'Nepal'],
  ['COUNTRY', 'ZZ9', 'ZZ9'],
  ['LANGUAGE', 'de', 'German'],
  ['LANGUAGE', 'qq', 'qq'],
  ['UTM_CAMPAIGN', 'spring_sale', 'spring_sale'],
  ['REFERRER', 'google.com', 'google.com'],
] as const)('%s %s is read as %s', (dimension, value, name) => {
  expect(nameOf(dimension, value)).toBe(name);
});
