const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment (ms since 1970) on the zone's clocks, as `<input type="datetime-local">` writes it. */
export function localTime(time: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    formats.set(timeZone, format);
  }
  return format.format(time).replace(' ', 'T');
}

/**
 * The moment at which the zone's clocks show this (`2026-03-29T09:30`); of two, the earlier one; where they skip it, one beside it.
 * Undefined for what is no time.
 */
export function momentOf(local: string, timeZone: string): number | undefined {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const offset = (time: number) => Date.parse(`${localTime(time, timeZone)}Z`) - time;
  // An offset of a day before is the one that still holds when clocks are set back, and the other way round.
  const guesses = [asUtc - offset(asUtc - 86_400_000), asUtc - offset(asUtc + 86_400_000)].sort(
    (a, b) => a - b,
  );
  return guesses.find((time) => localTime(time, timeZone) === local) ?? guesses[1];
}
