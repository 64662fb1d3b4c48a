import type { SiteRuleInput } from '../../gql/graphql.js';

export type RuleKind = SiteRuleInput['kind'];
/** As it is typed, and as its faults are named. */
export type RuleField = Exclude<keyof SiteRuleInput, 'kind' | 'id'>;

interface Field {
  readonly name: RuleField;
  readonly label: string;
  readonly placeholder: string;
  readonly hint?: string;
}

interface Kind {
  readonly kind: RuleKind;
  readonly label: string;
  /** What it does, in a sentence. */
  readonly about: string;
  readonly fields: readonly Field[];
}

const PATTERN = '* stands for one part between slashes, ** for any number of them';

/** Every kind of rule as the form shows it; docs/rules.md says more about each. */
export const KINDS: readonly Kind[] = [
  {
    kind: 'EXCLUDE_PATH',
    label: 'Leave out paths',
    about: 'Events of every path that matches count no more.',
    fields: [{ name: 'pattern', label: 'Path or pattern', placeholder: '/admin/**', hint: PATTERN }],
  },
  {
    kind: 'EXCLUDE_BOTS',
    label: 'Leave out bots',
    about: 'Events of known bots, by their user agent, count no more.',
    fields: [
      {
        name: 'classes',
        label: 'Kinds of bots',
        placeholder: 'All of them',
        hint: 'Such as seo, ai-crawler, monitoring, with commas between; empty: all',
      },
    ],
  },
  {
    kind: 'EXCLUDE_COUNTRY',
    label: 'Leave out countries',
    about: 'Events that came from there count no more.',
    fields: [
      {
        name: 'countries',
        label: 'Countries',
        placeholder: 'DE, AT',
        hint: 'Two letters each, with commas between',
      },
    ],
  },
  {
    kind: 'EXCLUDE_VISITOR',
    label: 'Leave out a visitor',
    about: 'Events of this visitor ID count no more.',
    fields: [{ name: 'visitorId', label: 'Visitor ID', placeholder: 'As it was sent' }],
  },
  {
    kind: 'EXCLUDE_USER',
    label: 'Leave out a user',
    about: 'Events of this user ID count no more.',
    fields: [{ name: 'userId', label: 'User ID', placeholder: 'As it was sent' }],
  },
  {
    kind: 'PATH_TEMPLATE',
    label: 'Show many paths as one',
    about: 'Every path that matches is shown, and counted, as one.',
    fields: [
      { name: 'pattern', label: 'Pattern', placeholder: '/users/*', hint: PATTERN },
      { name: 'template', label: 'Shown as', placeholder: '/users/:id' },
    ],
  },
  {
    kind: 'MERGE_PATH',
    label: 'Merge one path into another',
    about: 'A page that moved is shown under its new path.',
    fields: [
      { name: 'from', label: 'Path', placeholder: '/old' },
      { name: 'to', label: 'Shown as', placeholder: '/new' },
    ],
  },
  {
    kind: 'KEEP_QUERY',
    label: 'Tell pages apart by query parameters',
    about: 'These parameters become a part of the path; all others stay out of it.',
    fields: [
      { name: 'parameters', label: 'Parameters', placeholder: 'q, page', hint: 'Names, with commas between' },
    ],
  },
  {
    kind: 'REMOVE_TRAILING_SLASH',
    label: 'Ignore trailing slashes',
    about: '/about/ is shown as /about, and so is every path.',
    fields: [],
  },
  {
    kind: 'LOWER_CASE',
    label: 'Ignore letter case',
    about: '/About is shown as /about, and so is every path.',
    fields: [],
  },
];

const LISTS: ReadonlySet<RuleField> = new Set<RuleField>(['parameters', 'classes', 'countries']);

/** The rule that was typed, as the API takes it; what is empty is left out. */
export function ruleOf(kind: RuleKind, typed: Readonly<Partial<Record<RuleField, string>>>): SiteRuleInput {
  const fields = KINDS.find((each) => each.kind === kind)?.fields ?? [];
  const given = fields.flatMap(({ name }) => {
    const text = typed[name]?.trim() ?? '';
    if (text === '') return [];
    return [[name, LISTS.has(name) ? listOf(text) : text] as const];
  });
  return { kind, ...Object.fromEntries(given) };
}

/** "Merge one path into another: /old → /new" */
export function wordsOf({ kind, ...given }: SiteRuleInput): string {
  const label = KINDS.find((each) => each.kind === kind)?.label ?? kind;
  const values = Object.values(given).filter((value) => value !== undefined && value !== null);
  return values.length === 0
    ? label
    : `${label}: ${values.map((value) => (Array.isArray(value) ? value.join(', ') : value)).join(' → ')}`;
}

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
