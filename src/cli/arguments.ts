import { InvalidArgumentError, Option } from 'commander';

/** Option parsers: each throws what commander prints behind the option's name. */
export function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((each) => each === text);
    if (found === undefined) throw new InvalidArgumentError(`use one of: ${allowed.join(', ')}.`);
    return found;
  };
}

/** For commands that outlive a restart of the servers. Seconds as typed, milliseconds as used. */
export function patienceOption(): Option {
  return new Option('--patience <seconds>', 'how long to wait for servers that are away')
    .argParser(seconds)
    .default(300_000, '300');
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0) || value > 86_400) throw new InvalidArgumentError('use seconds, from 1 to 86400.');
  return value * 1000;
}

export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high) {
      throw new InvalidArgumentError(`use a whole number from ${low} to ${high}.`);
    }
    return value;
  };
}

/** `2026-05-17` */
export function day(text: string): string {
  const date = new Date(`${text}T00:00:00Z`);
  if (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${text}T`)) return text;
  throw new InvalidArgumentError('use a day as YYYY-MM-DD.');
}

const PER = { s: 1, min: 60, h: 3600 } as const;

/** `50`, `50/s`, `600/min` or `100/h`, as events per second. */
export function eventRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(?:\/(s|min|h))?$/.exec(text.trim());
  const value = Number(match?.[1]) / PER[(match?.[2] ?? 's') as keyof typeof PER];
  if (!match || !(value > 0) || value > 50_000) {
    throw new InvalidArgumentError('use events per time, such as 20/s or 300/min; at most 50000/s.');
  }
  return value;
}

export function commaList(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.some((name) => name === '')) throw new InvalidArgumentError('use names with commas between.');
  return [...new Set(names)];
}

export function numberFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= low && value <= high))
      throw new InvalidArgumentError(`use a number from ${low} to ${high}.`);
    return value;
  };
}

/** ISO 8601 with a zone, as milliseconds since the epoch. */
export function momentFrom(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError('use a time with a zone, such as 2027-01-31T00:00:00Z.');
  return at;
}
