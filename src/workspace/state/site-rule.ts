import { describeRule } from '#events/site-rules/describe-rule.js';
import type { SiteRule, SiteRuleKind } from '#events/site-rules/site-rule.js';

export { describeRule, type SiteRule, type SiteRuleKind };

/** The kinds of rules by the names that GraphQL's enum gives them. */
export const RuleKind = {
  EXCLUDE_VISITOR: 'exclude_visitor',
  EXCLUDE_USER: 'exclude_user',
  EXCLUDE_PATH: 'exclude_path',
  EXCLUDE_BOTS: 'exclude_bots',
  EXCLUDE_COUNTRY: 'exclude_country',
  REMOVE_TRAILING_SLASH: 'remove_trailing_slash',
  LOWER_CASE: 'lower_case',
  KEEP_QUERY: 'keep_query',
  PATH_TEMPLATE: 'path_template',
  MERGE_PATH: 'merge_path',
} as const satisfies { readonly [K in SiteRuleKind as Uppercase<K>]: K };
