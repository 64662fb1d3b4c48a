import type { SiteRule } from './site-rule.js';

/** What a rule does, for people: a few words without a full stop, on one line. */
export function describeRule(rule: SiteRule): string {
  switch (rule.kind) {
    case 'exclude_visitor':
      return `Leaves out visitor ${quoted(rule.visitorId)}`;
    case 'exclude_user':
      return `Leaves out user ${quoted(rule.userId)}`;
    case 'exclude_path':
      return `Leaves out ${rule.pattern}`;
    case 'exclude_bots':
      return rule.classes
        ? `Leaves out bots of these kinds: ${rule.classes.join(', ')}`
        : 'Leaves out all known bots';
    case 'exclude_country':
      return `Leaves out ${rule.countries.length === 1 ? 'the country' : 'the countries'} ${rule.countries.join(', ')}`;
    case 'remove_trailing_slash':
      return 'Shows /about/ as /about, and so every path';
    case 'lower_case':
      return 'Shows /About as /about, and so every path';
    case 'keep_query':
      return `Keeps in paths the query ${rule.parameters.length === 1 ? 'parameter' : 'parameters'} ${rule.parameters.join(', ')}`;
    case 'path_template':
      return rule.pattern === rule.template
        ? `Shows what ${rule.pattern} stands for as one path`
        : `Shows ${rule.pattern} as ${rule.template}`;
    case 'merge_path':
      return `Shows ${rule.from} as ${rule.to}`;
  }
}

/** IDs may hold spaces and line breaks. */
const quoted = (id: string): string => JSON.stringify(id);
