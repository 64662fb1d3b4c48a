import { Field, Float, InputType } from '@nestjs/graphql';

import { badInput } from '../bad-input.js';
import { DateTimeScalar } from '../scalars.js';

/** Seconds. */
const limits = { usual: 10, most: 30 } as const;

@InputType({ description: 'Give `time` or `position`.' })
export class AsOfInput {
  @Field(() => DateTimeScalar, { nullable: true, description: 'What was stored by then; not in the future.' })
  time?: Date | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The last event that is in the figures: a receipt, `partition:sequence:ordinal`, or `partition:sequence` for all of that message.',
  })
  position?: string | null;

  @Field(() => Float, {
    defaultValue: limits.usual,
    description: `How long to wait while the figures are made, 0 to ${limits.most}.`,
  })
  seconds?: number | null;
}

/** A checked AsOfInput. Times in milliseconds, `time` since the epoch; without an ordinal the whole message is meant. */
export interface AsOfAsked {
  readonly time?: number;
  readonly place?: { readonly partition: number; readonly sequence: number; readonly ordinal?: number };
  readonly milliseconds: number;
}

const POSITION = /^(\d{1,5}):(\d{1,16})(?::(\d{1,6}))?$/;

/** @throws BAD_USER_INPUT that names the field at fault. */
export function parseAsOf({ time, position, seconds }: AsOfInput): AsOfAsked {
  const wait = seconds ?? limits.usual;
  if (!(wait >= 0 && wait <= limits.most)) throw badInput(`asOf.seconds must be 0 to ${limits.most}`);
  const milliseconds = wait * 1_000;
  if ((time == null) === (position == null))
    throw badInput('asOf must have either time or position: give one of them, and not the other');
  if (time != null) {
    if (time.getTime() > Date.now())
      throw badInput('asOf.time must not be in the future: give a time up to now');
    return { time: time.getTime(), milliseconds };
  }
  const match = POSITION.exec(position ?? '');
  const [partition = NaN, sequence = NaN, ordinal] = match?.slice(1).map(Number) ?? [];
  if (!match || sequence < 1 || !Number.isSafeInteger(sequence)) {
    throw badInput(
      'asOf.position must be a receipt, partition:sequence:ordinal, such as "2:1043:17", or partition:sequence',
    );
  }
  const place = match[3] === undefined ? { partition, sequence } : { partition, sequence, ordinal };
  return { place: place as Required<AsOfAsked>['place'], milliseconds };
}

/** The same for the same figures of a site, however long is waited. */
export function keyOf(siteId: string, { time, place }: AsOfAsked): string {
  return `${siteId} ${time ?? ''} ${place ? Object.values(place).join(':') : ''}`;
}
