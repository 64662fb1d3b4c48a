/** Public keys made on this very page: shown in what is to be copied, until the page is left. */
const keys = new Map<string, string>();

export const newKeyOf = (siteId: string): string | undefined => keys.get(siteId);
export const keepNewKey = (siteId: string, key: string): void => void keys.set(siteId, key);
