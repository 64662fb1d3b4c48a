/** What was typed, one a line or with commas between. */
export const originsOf = (text: string): string[] => text.split(/[\s,]+/).filter((each) => each !== '');
