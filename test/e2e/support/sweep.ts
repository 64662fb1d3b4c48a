import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  buildSchema,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

const schema = buildSchema(readFileSync(join(import.meta.dirname, '../../../schema.graphql'), 'utf8'));

export type Root = 'query' | 'mutation' | 'subscription';

/** What is named in an operation: things of one owner, or things that there are not. */
export interface Named {
  readonly site: string;
  readonly job: number;
  readonly deadLetter: number;
  readonly eventId: string;
  readonly receipt: string;
  readonly link: string;
  /** A rule. */
  readonly id: string;
  readonly key: string;
  readonly member: string;
  readonly invitation: string;
  readonly session: string;
  readonly organization: string;
}

type May = (needs: readonly string[]) => boolean;

export interface Operation {
  readonly root: Root;
  readonly field: string;
  /** As the schema says it, `figures.read or operate`. */
  readonly needs: readonly string[];
  /** Whether something of a tenant is named by it. */
  readonly names: boolean;
  /** @param may whether inner fields that need so much are asked for, too */
  readonly text: (named: Named, may?: May) => string;
}

/** Arguments by `field.argument`, else by `argument: Type`; what is in neither makes the generator fail. */
const ARGUMENTS: Readonly<Record<string, (named: Named) => unknown>> = {
  'site.id': ({ site }) => site,
  'job.id': ({ job }) => job,
  'jobChanged.id': ({ job }) => job,
  'revokeShareLink.id': ({ link }) => link,
  'rotateKey.id': ({ key }) => key,
  'revokeKey.id': ({ key }) => key,
  'invitation.id': ({ invitation }) => invitation,
  'acceptInvitation.id': ({ invitation }) => invitation,
  'inviteAgain.id': ({ invitation }) => invitation,
  'cancelInvitation.id': ({ invitation }) => invitation,
  'revokeSession.id': ({ session }) => session,
  'switchOrganization.id': ({ organization }) => organization,
  'organizationId: ID': ({ organization }) => organization,
  'memberId: ID': ({ member }) => member,
  'role: MemberRole': () => new Word('viewer'),
  'email: String': () => 'somebody@example.org',
  'kind: KeyKind': () => new Word('PUBLIC'),
  'changeOrigins.origins': () => ['https://shop.example'],
  'cancelPreview.jobId': ({ job }) => job,
  'retryDeadLetters.selection': ({ deadLetter }) => ({ id: deadLetter }),
  'discardDeadLetters.selection': ({ deadLetter }) => ({ id: deadLetter }),
  'deadLetters.filter': ({ site }) => ({ site }),
  'eventStatus.receipt': ({ receipt }) => receipt,
  'addRule.rule': () => ({ kind: new Word('EXCLUDE_BOTS') }),
  'previewRule.rule': () => ({ kind: new Word('EXCLUDE_BOTS') }),
  'trackEvent.input': ({ site }) => ({
    siteId: site,
    eventType: 'page_view',
    timestamp: '2026-03-01T00:00:00Z',
  }),
  'trackEvents.events': ({ site }) => [
    { siteId: site, eventType: 'page_view', timestamp: '2026-03-01T00:00:00Z' },
  ],
  'siteId: ID': ({ site }) => site,
  'site: String': ({ site }) => site,
  'eventId: ID': ({ eventId }) => eventId,
  'ruleId: ID': ({ id }) => id,
  'name: String': () => 'something',
  'note: String': () => 'a test',
  'timeZone: String': () => 'Europe/Vienna',
  'identity: String': () => 'cookieless',
  'description: String': () => 'words',
  'eventType: String': () => 'signup',
};

/** Without a value an operation asks for as much as it may. None of these names anything of a tenant. */
const LEFT_OUT = new Set([
  'revision: Int',
  'remove: ID',
  'before: Int',
  'before: ID',
  'archived: Boolean',
  'graceDays: Int',
  'overlapHours: Float',
  'scopes: String',
  'origins: String',
  'first: Int',
  'expiresAt: DateTime',
  'password: String',
  'after: String',
  'asOf: AsOfInput',
  'generation: Int',
  'served: Int',
  'swap: Boolean',
  'onlyDifferences: Boolean',
  'range: DateRangeInput',
  'from: Date',
  'to: Date',
  'filter: EventFeedFilter',
  'recent: Int',
  'strict: Boolean',
  'properties: PropertyDefinitionInput',
  'signals: String',
]);

/** Printed without quotes. */
class Word {
  constructor(readonly word: string) {}
}

/** One operation for each field of each root, with all that can be named of a tenant. */
export function operations(): Operation[] {
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return Object.entries(roots).flatMap(([root, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => operationOf(root as Root, field)),
  );
}

const needsOf = ({ description }: Pick<GraphQLField<unknown, unknown>, 'description'>): string | undefined =>
  /Needs: (.*)\.$/.exec(description ?? '')?.[1];

const listOf = (need: string | undefined): string[] => need?.split(' or ') ?? [];

/** Fields of all types by what they need, as the schema says it: `Query.site`. Inner ones that say nothing need what leads there. */
export function fieldsByNeed(): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const type of Object.values(schema.getTypeMap()))
    for (const field of isObjectType(type) ? Object.values(type.getFields()) : []) {
      const isRoot = /^(Query|Mutation|Subscription)$/.test(type.name);
      const need = needsOf(field) ?? (isRoot ? 'nothing' : undefined);
      if (need !== undefined) (found[need] ??= []).push(`${type.name}.${field.name}`);
    }
  for (const fields of Object.values(found)) fields.sort();
  return found;
}

function operationOf(root: Root, field: GraphQLField<unknown, unknown>): Operation {
  const given = field.args.flatMap((argument) => {
    const type = getNamedType(argument.type);
    const typed = `${argument.name}: ${type.name}`;
    const value = ARGUMENTS[`${field.name}.${argument.name}`] ?? ARGUMENTS[typed];
    if (value) return [{ name: argument.name, value }];
    if (LEFT_OUT.has(typed) && !isRequiredArgument(argument)) return [];
    throw new Error(
      `${field.name}: the sweep does not know what to give for ${typed}. Say it in test/e2e/support/sweep.ts, with somebody else's ID.`,
    );
  });
  const needs = listOf(needsOf(field));
  const text = (named: Named, may: May = () => true): string => {
    const list = given.map(({ name, value }) => `${name}: ${literal(value(named))}`).join(', ');
    return `${root} { ${field.name}${list === '' ? '' : `(${list})`} ${selection(getNamedType(getNullableType(field.type)), 3, may)} }`;
  };
  const [ours, others] = [allNamed('a', 1), allNamed('b', 2)];
  return { root, field: field.name, needs, names: text(ours) !== text(others), text };
}

/** All that can be named, by the same word and number. */
export function allNamed(word: string, number: number): Named {
  return {
    ...{ site: word, eventId: word, receipt: word, link: word, id: word, key: word },
    ...{ member: word, invitation: word, session: word, organization: word },
    ...{ job: number, deadLetter: number },
  };
}

function selection(type: GraphQLNamedType, depth: number, may: May): string {
  if (!isObjectType(type)) return '';
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const needs = listOf(needsOf(field));
    if (field.args.some(isRequiredArgument) || (needs.length > 0 && !may(needs))) return [];
    const of = getNamedType(field.type);
    if (isLeafType(of)) return [field.name];
    const inner = depth > 1 ? selection(of, depth - 1, may) : '';
    return inner === '' ? [] : [`${field.name} ${inner}`];
  });
  return fields.length === 0 ? '{ __typename }' : `{ ${fields.join(' ')} }`;
}

function literal(value: unknown): string {
  if (value instanceof Word) return value.word;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([name, each]) => `${name}: ${literal(each)}`)
      .join(', ')} }`;
  return JSON.stringify(value);
}
