import { expect, it } from 'vitest';
import { languageOf } from './language.js';
import { screenClassOf } from './screen.js';

it.each([
  ['de', 'de'],
  ['de-AT', 'de'],
  ['EN_us', 'en'],
  ['de-DE,de;q=0.9,en;q=0.8', 'de'],
  [' fr ; q=1', 'fr'],
  ['gsw-CH', 'gsw'],
  ['*', ''],
  ['', ''],
  ['i-klingon', ''],
  ['english', ''],
  [undefined, ''],
])('the language of %s is %s', (text, language) => {
  expect(languageOf(text)).toBe(language);
});

it.each([
  ['360x800', 'mobile'],
  ['575x1', 'mobile'],
  ['576x1', 'tablet'],
  ['991x1', 'tablet'],
  ['992x1', 'laptop'],
  ['1439x1', 'laptop'],
  ['1440x900', 'desktop'],
  ['99999x1', 'desktop'],
  ['0x0', ''],
  ['wide', ''],
  ['', ''],
  [undefined, ''],
])('a screen of %s is of class %s', (screen, expected) => {
  expect(screenClassOf(screen)).toBe(expected);
});
