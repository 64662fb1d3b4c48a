import { Field, ID, InputType } from '@nestjs/graphql';

import { RuleKind, type SiteRuleKind } from '#workspace/state/site-rule.js';

/** The fields only: what they may hold, and which kind has which, is decided where the rules are (docs/rules.md). */
@InputType('SiteRuleInput')
export class SiteRuleInputType {
  @Field(() => RuleKind)
  kind: SiteRuleKind;

  @Field(() => ID, { nullable: true, description: 'A UUID; one is made where there is none.' })
  id?: string | null;

  @Field(() => String, { nullable: true })
  visitorId?: string | null;

  @Field(() => String, { nullable: true })
  userId?: string | null;

  @Field(() => String, { nullable: true, description: 'Such as /admin/** or /users/*.' })
  pattern?: string | null;

  @Field(() => String, { nullable: true, description: 'What the pattern is shown as, such as /users/:id.' })
  template?: string | null;

  @Field(() => String, { nullable: true })
  from?: string | null;

  @Field(() => String, { nullable: true })
  to?: string | null;

  @Field(() => [String], { nullable: true, description: 'Names of query parameters.' })
  parameters?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Of bots, such as seo or ai-crawler; all where it is left out.',
  })
  classes?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'By their two letters, such as DE.' })
  countries?: string[] | null;
}
