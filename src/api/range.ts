import { Field, InputType, ObjectType } from '@nestjs/graphql';

import { badInput } from './bad-input.js';
import { DateScalar } from './scalars.js';

export const MAX_DAYS = 3_660;
const DAY_MS = 86_400_000;

@InputType({ description: `Both days belong to the range; at most ${MAX_DAYS} days.` })
export class DateRangeInput {
  @Field(() => DateScalar)
  from: string;

  @Field(() => DateScalar)
  to: string;
}

@ObjectType({ description: 'Both days belong to the range.' })
export class DateRange {
  @Field(() => DateScalar)
  from: string;

  @Field(() => DateScalar)
  to: string;
}

/** A checked range: `from` and `to` are days (YYYY-MM-DD) of the site's calendar, both inclusive; `days` is at least 1. */
export interface Range {
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

/** True for a day that exists, 1970-01-01 to 9999-12-31. */
export function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return time >= 0 && toDay(time) === value;
}

/** Throws BAD_USER_INPUT that names the field at fault. */
export function parseRange(input: { from: string; to: string }, maxDays = MAX_DAYS): Range {
  for (const field of ['from', 'to'] as const) {
    if (!isDay(input[field]))
      throw badInput(`range.${field} must be a day that exists, from 1970 on, as YYYY-MM-DD`);
  }
  const days = (timeOf(input.to) - timeOf(input.from)) / DAY_MS + 1;
  if (days < 1) throw badInput('range.from must not be after range.to');
  if (days > maxDays) {
    throw badInput(`range must be at most ${maxDays} days: move range.from and range.to closer together`);
  }
  return { from: input.from, to: input.to, days };
}

/** The equally long range that ends the day before this one starts. */
export function previousRange(range: Range): Range {
  const from = timeOf(range.from);
  return { from: toDay(from - range.days * DAY_MS), to: toDay(from - DAY_MS), days: range.days };
}

export function daysOf(range: Range): string[] {
  const from = timeOf(range.from);
  return Array.from({ length: range.days }, (_, index) => toDay(from + index * DAY_MS));
}

/** Start of the day in UTC, milliseconds since the epoch: for counting days. */
const timeOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

const toDay = (time: number): string => new Date(time).toISOString().slice(0, 10);
