const NAME = /^[^\p{Cc}\p{Cf}\u2028\u2029]{1,100}$/u;

/** What is wrong with a name of people or organizations; blanks at its ends do not count. */
export const nameFault = (name: string): string | undefined =>
  NAME.test(name.trim()) ? undefined : 'must be 1 to 100 printable characters';
