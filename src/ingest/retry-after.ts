/** Seconds, 1 to 3, by chance: those who were refused together do not come again together. */
export function spreadSeconds(): number {
  return 1 + Math.floor(3 * Math.random());
}
