import { Field, ID, ObjectType, Parent, registerEnumType, ResolveField, Resolver } from '@nestjs/graphql';

import { Needs } from '#access/needs.js';
import {
  describeRule,
  RuleKind,
  type SiteRule as Rule,
  type SiteRuleKind,
} from '#workspace/state/site-rule.js';

import type { SiteRow } from './find-site.js';
import { Site } from './site.js';

// Once for the whole schema: the rules that are ordered have this type too, and this room can be served without those.
registerEnumType(RuleKind, {
  name: 'SiteRuleKind',
  description: 'What a rule does; docs/rules.md goes through them.',
});

@ObjectType({
  description: 'Leaves events out of the figures of a site, or shows a path as another one; docs/rules.md.',
})
export class SiteRule {
  @Field(() => ID)
  id: string;

  @Field(() => RuleKind)
  kind: SiteRuleKind;

  @Field(() => String, { nullable: true })
  visitorId?: string;

  @Field(() => String, { nullable: true })
  userId?: string;

  @Field(() => String, { nullable: true })
  pattern?: string;

  @Field(() => String, { nullable: true, description: 'What the pattern is shown as.' })
  template?: string;

  @Field(() => String, { nullable: true })
  from?: string;

  @Field(() => String, { nullable: true })
  to?: string;

  @Field(() => [String], { nullable: true, description: 'Names of query parameters.' })
  parameters?: readonly string[];

  @Field(() => [String], { nullable: true, description: 'Of bots; null: all of them.' })
  classes?: readonly string[];

  @Field(() => [String], { nullable: true, description: 'By their two letters.' })
  countries?: readonly string[];
}

@Resolver(() => SiteRule)
export class SiteRuleResolver {
  @ResolveField(() => String, { description: 'What it does, for people: a few words without a full stop.' })
  summary(@Parent() rule: Rule): string {
    return describeRule(rule);
  }
}

@Resolver(() => Site)
export class ServedRulesResolver {
  // They name visitors and users.
  @Needs('settings.read')
  @ResolveField(() => [SiteRule], {
    description: 'What the figures here are made with, in the order in which the rules were added.',
  })
  rules(@Parent() { servedRules }: SiteRow): readonly Rule[] {
    return knownRules(servedRules);
  }
}

const kinds = new Set<string>(Object.values(RuleKind));

/** Newer code may have written rules of kinds that this one does not have. */
export function knownRules(stored: readonly unknown[]): readonly Rule[] {
  return (stored as readonly Rule[]).filter(({ kind }) => kinds.has(kind));
}
