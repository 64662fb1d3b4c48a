import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { GraphQLError } from 'graphql';

import type { Changed, SettingOutcome } from './setting-outcome.js';

@ObjectType({ description: 'Of a change of settings: the log has it on disk.' })
export class SettingChanged implements Changed {
  @Field(() => ID, { description: 'The site that it was about; of a new one the ID that it got.' })
  siteId: string;

  @Field({ description: 'False where the settings were as wanted already.' })
  changed: boolean;

  @Field(() => Int, {
    description: 'Which settings the site has now; a change may ask that it is still this one.',
  })
  revision: number;

  @Field({ description: 'A query with `@waitFor(receipt: …)` includes the change.' })
  receipt: string;
}

/** The argument of every change: where the site's revision is another by now, nothing is changed. */
export const REVISION = { type: () => Int, nullable: true } as const;

/** @throws GraphQLError where nothing was changed, or nobody knows. */
export function settingChanged(siteId: string, outcome: SettingOutcome): SettingChanged {
  if ('changed' in outcome) return { ...outcome, siteId, receipt: `workspace:${outcome.revision}` };
  throw refusal(outcome);
}

export function refusal(outcome: Exclude<SettingOutcome, Changed>): GraphQLError {
  if ('conflict' in outcome) {
    return new GraphQLError(
      `it was changed meanwhile, to revision ${outcome.revision}; nothing was changed by this: look and ask again`,
      { extensions: { code: 'CONFLICT', revision: outcome.revision } },
    );
  }
  if ('refused' in outcome) {
    const { refused: reason, message, faults } = outcome;
    const code = reason === 'unknown_site' || reason === 'unknown_key' ? 'NOT_FOUND' : 'BAD_USER_INPUT';
    return new GraphQLError(message, { extensions: { code, reason, ...(faults && { faults }) } });
  }
  if ('limited' in outcome) {
    const { limited, retryAfter } = outcome;
    return new GraphQLError(`${limited}; ask again in ${retryAfter} seconds`, {
      extensions: { code: 'RATE_LIMITED', retryAfter },
    });
  }
  return new GraphQLError('the log cannot be written now; look whether the change is there, then ask again', {
    extensions: { code: 'LOG_UNAVAILABLE', reason: outcome.unavailable },
  });
}
