import {
  buildSchema,
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isScalarType,
} from 'graphql';

/** One operation with one hostile text in one place of its arguments. */
export interface Attack {
  /** As in `Site.topPaths(prefix)`, however it is reached. */
  readonly of: string;
  /** As in `Query.site.topPaths(prefix)`. */
  readonly place: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly query: string;
  readonly variables: (text: string) => Record<string, unknown>;
}

/** What arguments of these names are given where they are not the ones under attack. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  siteId: 'shop',
  site: 'shop',
  id: 'shop',
  name: 'top_paths',
  eventType: 'page_view',
  path: '/',
  timestamp: '2026-05-17T00:00:00Z',
  timeZone: 'UTC',
  first: 10,
  eventId: '00000000-0000-4000-8000-000000000001',
  receipt: '0:1:0',
  match: '/a/*',
  kind: 'PATH',
};

/** What stands beside an attacked argument, or field of an input, where the samples alone would be refused for another reason. */
const BESIDE: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'createKey(name)': { kind: 'SECRET' },
  'createKey(siteId)': { kind: 'SECRET' },
  'createKey(scopes)': { kind: 'SECRET' },
  'createKey(expiresAt)': { kind: 'SECRET' },
  'createKey(origins)': { kind: 'PUBLIC', siteId: 'shop' },
  'SiteRuleInput(countries)': { kind: 'EXCLUDE_COUNTRY' },
  'SiteRuleInput(from)': { kind: 'MERGE_PATH', to: '/b' },
  'SiteRuleInput(parameters)': { kind: 'KEEP_QUERY' },
  'SiteRuleInput(pattern)': { kind: 'EXCLUDE_PATH' },
  'SiteRuleInput(template)': { kind: 'PATH_TEMPLATE', pattern: '/a/*' },
  'SiteRuleInput(to)': { kind: 'MERGE_PATH', from: '/a' },
  'SiteRuleInput(userId)': { kind: 'EXCLUDE_USER' },
  'SiteRuleInput(visitorId)': { kind: 'EXCLUDE_VISITOR' },
};

const sampleOf = (name: string, type: GraphQLInputType): unknown => {
  if (isNonNullType(type)) return sampleOf(name, type.ofType);
  if (isListType(type)) return [sampleOf(name, type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(required.map((field) => [field.name, sampleOf(field.name, field.type)]));
  }
  if (type.name === 'Int' || type.name === 'Float') return SAMPLES[name] ?? 1;
  if (type.name === 'Boolean') return false;
  if (type.name === 'Date') return '2026-05-17';
  if (type.name === 'DateTime') return '2026-05-17T00:00:00Z';
  return SAMPLES[name] ?? 'x';
};

/** Every place within an input where a text may stand, as the values that have it there. */
function placesIn(
  name: string,
  type: GraphQLInputType,
  depth = 0,
): [place: string, value: (text: string) => unknown][] {
  if (isNonNullType(type)) return placesIn(name, type.ofType, depth);
  if (isListType(type))
    return placesIn(name, type.ofType, depth).map(([place, value]) => [place, (text) => [value(text)]]);
  if (isInputObjectType(type)) {
    if (depth > 3) return [];
    const base = sampleOf(name, type) as object;
    return Object.values(type.getFields()).flatMap((field: GraphQLInputField) =>
      placesIn(field.name, field.type, depth + 1).map(
        ([place, value]): [string, (text: string) => unknown] => [
          `${name}.${place}`,
          (text) => ({ ...base, ...BESIDE[`${type.name}(${field.name})`], [field.name]: value(text) }),
        ],
      ),
    );
  }
  if (isScalarType(type) && type.name === 'JSON')
    return [
      [`${name} (value)`, (text) => ({ a: text })],
      [`${name} (key)`, (text) => ({ [text]: 1 })],
      [`${name} (inner key)`, (text) => ({ a: { [text]: text } })],
    ];
  return [[name, (text) => text]];
}

const leavesOf = (type: GraphQLObjectType, depth = 0): string => {
  const fields = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const leaf = fields.find((field) => isLeafType(getNamedType(field.type)));
  if (leaf) return leaf.name;
  const [inner] = fields;
  const named = inner && getNamedType(inner.type);
  return inner && isObjectType(named) && depth < 3
    ? `${inner.name} { ${leavesOf(named, depth + 1)} }`
    : '__typename';
};

/** An attack on every argument of every field that the schema has, found from its text alone. */
export function attacksOn(schemaText: string): Attack[] {
  const schema = buildSchema(schemaText);
  const attacks: Attack[] = [];

  const visit = (
    kind: Attack['kind'],
    type: GraphQLObjectType,
    path: readonly string[],
    around: { open: string; close: string; args: readonly (readonly [GraphQLArgument, string])[] },
  ): void => {
    for (const field of Object.values(type.getFields())) {
      const named = getNamedType(field.type);
      const ours = field.args.map((argument) => [argument, `v${path.length}_${argument.name}`] as const);
      const given = ours.filter(([argument]) => isRequiredArgument(argument));
      const selection = isObjectType(named) ? ` { ${leavesOf(named)} }` : '';
      for (const attacked of ours) {
        const beside = BESIDE[`${field.name}(${attacked[0].name})`] ?? {};
        const needed = ours.filter(([argument]) => isRequiredArgument(argument) || argument.name in beside);
        const used = [...around.args, ...needed.filter((each) => each[0] !== attacked[0]), attacked];
        const inField = used.filter(([argument]) => field.args.includes(argument));
        const call = `${field.name}(${inField.map(([argument, name]) => `${argument.name}: $${name}`).join(', ')})`;
        const declared = used.map(([argument, name]) => `$${name}: ${String(argument.type)}`).join(', ');
        for (const [place, value] of placesIn(attacked[0].name, attacked[0].type)) {
          attacks.push({
            kind,
            of: `${type.name}.${field.name}(${place})`,
            place: `${[...path, field.name].join('.')}(${place})`,
            query: `${kind} (${declared}) { ${around.open} ${call}${selection} ${around.close} }`,
            variables: (text) =>
              Object.fromEntries(
                used.map(([argument, name]) => [
                  name,
                  argument === attacked[0]
                    ? value(text)
                    : (beside[argument.name] ?? sampleOf(argument.name, argument.type)),
                ]),
              ),
          });
        }
      }
      // Fields of what a field answers with, while that is not met on the way already.
      const again =
        path.length >= 4 || around.open.includes(`${field.name}(`) || around.open.includes(` ${field.name} `);
      if (!isObjectType(named) || again) continue;
      const call =
        given.length === 0
          ? ` ${field.name} `
          : `${field.name}(${given.map(([argument, name]) => `${argument.name}: $${name}`).join(', ')})`;
      visit(kind, named, [...path, field.name], {
        open: `${around.open} ${call} {`,
        close: `} ${around.close}`,
        args: [...around.args, ...given],
      });
    }
  };

  for (const [kind, type] of [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const)
    if (type) visit(kind, type, [type.name], { open: '', close: '', args: [] });
  // A field that is reached in several ways has the same code behind it.
  const seen = new Set<string>();
  return attacks.filter(({ of }) => !seen.has(of) && seen.add(of));
}
