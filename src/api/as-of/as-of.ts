import { Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';

import type { SiteRow } from '../find-site.js';
import { DateTimeScalar } from '../scalars.js';
import { Site } from '../site.js';

@ObjectType({ description: 'Which past the figures of a site are of.' })
export class AsOf {
  @Field(() => String, {
    nullable: true,
    description:
      'Receipt of the last event of the log that is in them; null where nothing was stored by then.',
  })
  position: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When that event was stored.' })
  storedAt: Date | null;

  @Field(() => Int, {
    description:
      'Of the change of settings that was in force, as in `auditTrail`; 0 where there was none yet that figures depend on.',
  })
  settingsRevision: number;

  /** Internal: never a field of the schema. */
  site: SiteRow;
}

@Resolver(() => Site)
export class AsOfResolver {
  @ResolveField(() => AsOf, { nullable: true, description: 'Null for the figures of now.' })
  asOf(@Parent() site: SiteRow): AsOf | undefined {
    if (!site.past) return undefined;
    const { position, storedAt, revision: settingsRevision } = site.past;
    return { position, storedAt, settingsRevision, site };
  }
}
