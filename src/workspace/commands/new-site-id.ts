import { randomDigits } from '#access/key.js';

/** 62 bits in lower case: nobody meets another one's by chance, and it can be read out. */
export const newSiteId = (): string => randomDigits(12).toLowerCase();
