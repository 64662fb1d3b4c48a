import { describeRule } from '#events/site-rules/describe-rule.js';
import type { KeyEvent } from '#events/key-event.js';
import type { EventTypeDefined, WorkspaceEvent } from '#events/workspace-event.js';

import type { Key } from './keys.js';
import type { Site } from './workspace.js';

/** One entry of the audit trail: who changed what, when, from what to what. */
export interface SettingChange {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly actor: string;
  /** The event's type. */
  readonly action: WorkspaceEvent['type'];
  /** Null for what concerns no single site. */
  readonly siteId: string | null;
  /** Whose it was when it was changed; null: nobody's. */
  readonly organizationId: string | null;
  readonly settings: readonly ChangedSetting[];
}

export interface ChangedSetting {
  readonly setting: string;
  /** Null: there was none. */
  readonly before: string | null;
  readonly after: string | null;
}

/** The log itself, which asks for nothing in anybody's name. */
const LOG = 'log';

/**
 * What an event changes in a workspace.
 *
 * @param before the event's site and key as they were, undefined where there was none; and P
 * @returns undefined for an event that changes nothing, such as a second creation
 */
export function changeOf(
  event: WorkspaceEvent,
  before: { readonly site: Site | undefined; readonly partitions: number; readonly key?: Key | undefined },
): SettingChange | undefined {
  const settings = settingsOf(event, before).filter((each) => each.before !== each.after);
  if (settings.length === 0) return undefined;
  const { type: action, at } = event;
  if (event.type === 'PartitionsSet')
    return { at, actor: LOG, action, siteId: null, organizationId: null, settings };
  const named =
    'organizationId' in event && event.type !== 'SiteTransferred' ? event.organizationId : undefined;
  const organizationId = before.site?.organizationId ?? named ?? null;
  return { at, actor: event.actor, action, siteId: event.siteId ?? null, organizationId, settings };
}

function settingsOf(event: WorkspaceEvent, before: Parameters<typeof changeOf>[1]): ChangedSetting[] {
  const { site } = before;
  if ('keyId' in event) return keySettings(event, before.key);
  switch (event.type) {
    case 'PartitionsSet': {
      const partitions = before.partitions === 0 ? null : String(before.partitions);
      const after = String(Math.max(before.partitions, event.partitions));
      return [{ setting: 'partitions', before: partitions, after }];
    }
    case 'SiteCreated':
      if (site) return [];
      return [
        { setting: 'name', before: null, after: event.name ?? event.siteId },
        { setting: 'partition', before: null, after: String(event.partition) },
      ];
    case 'SiteRenamed':
      return site ? [{ setting: 'name', before: site.name, after: event.name }] : [];
    case 'SiteTransferred':
      return site
        ? [{ setting: 'organization', before: site.organizationId ?? null, after: event.organizationId }]
        : [];
    case 'SiteOriginsChanged':
      return site ? [{ setting: 'origins', before: listed(site.origins), after: listed(event.origins) }] : [];
    case 'SiteArchived':
    case 'SiteRestored': {
      const after = event.type === 'SiteArchived' ? 'yes' : null;
      return site
        ? [{ setting: 'archived', before: site.archivedAt === undefined ? null : 'yes', after }]
        : [];
    }
    case 'SiteDeletionScheduled':
    case 'SiteDeletionCancelled': {
      const after = event.type === 'SiteDeletionScheduled' ? momentOf(event.deletesAt) : null;
      return site ? [{ setting: 'deleted from', before: momentOf(site.deletesAt), after }] : [];
    }
    case 'SiteTimeZoneChanged':
      return site ? [{ setting: 'time zone', before: site.timeZone, after: event.timeZone }] : [];
    case 'RuleAdded': {
      const { rule } = event;
      const known = site?.rules.some(({ id }) => id === rule.id) ?? true;
      return known ? [] : [{ setting: `rule ${rule.id}`, before: null, after: describeRule(rule) }];
    }
    case 'RuleRemoved': {
      const rule = site?.rules.find(({ id }) => id === event.ruleId);
      return rule ? [{ setting: `rule ${rule.id}`, before: describeRule(rule), after: null }] : [];
    }
    case 'VisitorPolicyChanged':
      return site
        ? [
            { setting: 'visitor identity', before: site.visitors.identity, after: event.identity },
            { setting: 'privacy signals', before: site.visitors.signals, after: event.signals },
          ]
        : [];
    case 'EventTypeDefined':
      return site
        ? [
            {
              setting: `event type ${event.eventType}`,
              before: describeEventType(site.eventTypes.get(event.eventType)),
              after: describeEventType(event),
            },
          ]
        : [];
  }
}

function keySettings(event: KeyEvent, key: Key | undefined): ChangedSetting[] {
  if (event.type === 'KeyCreated') {
    if (key) return [];
    const { name, prefix, kind, scopes, origins, expiresAt } = event;
    const bounds = [kind, `scopes ${scopes.join(' ')}`];
    if (origins.length > 0) bounds.push(`origins ${origins.join(' ')}`);
    if (expiresAt !== undefined) bounds.push(`until ${momentOf(expiresAt)}`);
    return [{ setting: `key ${prefix}…`, before: null, after: `${name} (${bounds.join('; ')})` }];
  }
  if (!key) return [];
  const setting = `key ${key.prefix}…`;
  if (event.type === 'KeyRevoked')
    return key.revokedAt === undefined ? [{ setting, before: key.name, after: null }] : [];
  return [
    { setting: `${setting} expires`, before: momentOf(key.expiresAt), after: momentOf(event.expiresAt) },
  ];
}

const listed = (texts: readonly string[]): string | null => (texts.length === 0 ? null : texts.join(' '));

const momentOf = (at: number | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString();

/** In words; null where nothing is said of it. */
function describeEventType(
  type: Pick<EventTypeDefined, 'description' | 'properties' | 'strict'> | undefined,
): string | null {
  if (!type) return null;
  const properties = type.properties ?? [];
  const carried = properties.map(
    ({ name, kind, required }) => `${name}: ${kind}${required ? ', required' : ''}`,
  );
  const list = carried.length > 0 ? `${type.strict ? 'strictly ' : ''}(${carried.join('; ')})` : '';
  return [type.description, list].filter(Boolean).join(' ') || null;
}
