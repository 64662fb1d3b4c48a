import { resolve } from 'node:path';

/** Turns the text of a variable into its value, or says what is wrong with it (and never repeats a password). */
export type Reader<T> = (
  value: string,
) => { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string };

export function wholeNumber(least: number, most: number): Reader<number> {
  return (value) => {
    const number = Number(value);
    return /^\d+$/.test(value) && number >= least && number <= most
      ? { ok: true, value: number }
      : { ok: false, fault: `${quoted(value)} is not a whole number from ${least} to ${most}` };
  };
}

/** Undefined for `off`. */
export function wholeNumberOrOff(least: number, most: number): Reader<number | undefined> {
  const number = wholeNumber(least, most);
  return (value) => {
    if (value === 'off') return { ok: true, value: undefined };
    const read = number(value);
    return read.ok
      ? read
      : { ok: false, fault: `${quoted(value)} is neither off nor a whole number from ${least} to ${most}` };
  };
}

export function numberBetween(least: number, most: number): Reader<number> {
  return (value) => {
    const number = Number(value);
    return /^\d*\.?\d+$/.test(value) && number >= least && number <= most
      ? { ok: true, value: number }
      : { ok: false, fault: `${quoted(value)} is not a number from ${least} to ${most}` };
  };
}

export function oneOf<const T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value) => {
    const found = allowed.find((option) => option === value);
    return found === undefined
      ? { ok: false, fault: `${quoted(value)} is not one of ${allowed.join(', ')}` }
      : { ok: true, value: found };
  };
}

export const trueOrFalse: Reader<boolean> = (value) =>
  value === 'true' || value === 'false'
    ? { ok: true, value: value === 'true' }
    : { ok: false, fault: `${quoted(value)} is neither true nor false` };

const UNITS = { min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds, at least that many; undefined for `off`. */
export function timeOrOff(least: number): Reader<number | undefined> {
  return (value) => {
    if (value === 'off') return { ok: true, value: undefined };
    const match = /^(\d{1,6})(min|h|d)$/.exec(value);
    const time = Number(match?.[1]) * UNITS[(match?.[2] ?? 'd') as keyof typeof UNITS];
    return time >= least
      ? { ok: true, value: time }
      : { ok: false, fault: `${quoted(value)} is neither off nor a time of at least ${least / 60_000}min` };
  };
}

export const path: Reader<string> = (value) => ({ ok: true, value: resolve(value) });

/** @param o.path must name something after the host: the database; `root`: nothing */
export function url(
  protocols: readonly string[],
  o: { path?: boolean; root?: boolean; several?: boolean } = {},
): Reader<string> {
  return (value) => {
    const parts = o.several ? value.split(',').map((part) => part.trim()) : [value];
    for (const part of parts) {
      // The text itself is not repeated: a URL that cannot be parsed cannot be cleared of its password either.
      if (!URL.canParse(part)) return { ok: false, fault: 'it is not a URL' };
      const { protocol, hostname, pathname } = new URL(part);
      if (!protocols.includes(protocol))
        return {
          ok: false,
          fault: `it starts with ${protocol}// and not with ${protocols.join('// or ')}//`,
        };
      if (hostname === '') return { ok: false, fault: 'it names no host' };
      if (o.root && pathname !== '/')
        return { ok: false, fault: `it has the path ${pathname}, and must end after the host` };
      if (o.path && pathname.length < 2) return { ok: false, fault: 'it names no database after the host' };
    }
    return { ok: true, value };
  };
}

function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
