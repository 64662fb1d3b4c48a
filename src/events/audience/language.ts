import { remembered } from './remembered.js';

const FIRST = /^\s*([a-z]{2,3})(?=[-_,;\s]|$)/i;

const primaryOf = remembered((text: string) => ({ language: FIRST.exec(text)?.[1]?.toLowerCase() ?? '' }));

/** The language of a tag (`de-AT`) or of the first of an `Accept-Language` header: `de`. Empty where there is none. */
export function languageOf(text: string | undefined): string {
  return text === undefined ? '' : primaryOf(text).language;
}
