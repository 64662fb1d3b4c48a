/** Of a person in an organization; each has all that the next one has. */
export const ROLES = ['owner', 'admin', 'editor', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** Of a key of a server. */
export const SCOPES = ['write', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who has a permission; whom nothing here names has not. */
export interface Grant {
  /** What it allows, for people: a few words without a full stop. */
  readonly says: string;
  readonly roles: readonly Role[];
  /** Of keys: the scope that a key must have. */
  readonly scope?: Scope;
  /** Also with a link that shows one site. */
  readonly shared?: true;
}

const everybody = ROLES;
const editors = ['owner', 'admin', 'editor'] as const;
const admins = ['owner', 'admin'] as const;
const owners = ['owner'] as const;

/**
 * The one table of who may do what in an organization: every door asks it, docs/access.md and the tests are made from it.
 * Beside it stand what everybody may (`public`), what whoever is signed in may (`signed-in`), and what concerns the
 * installation and no organization (`operate`).
 */
export const permissions = {
  'figures.read': {
    says: 'See sites and their figures',
    roles: everybody,
    scope: 'read',
    shared: true,
  },
  'settings.read': {
    says: 'See what figures are made with: rules, event types, visitors, origins',
    roles: everybody,
    scope: 'read',
  },
  'events.read': { says: 'See single events, and what became of them', roles: editors, scope: 'read' },
  'events.write': { says: 'Send events', roles: editors, scope: 'write' },
  'settings.write': {
    says: 'Change a site: name, time zone, rules, event types, visitors, origins',
    roles: editors,
    scope: 'admin',
  },
  'sites.create': { says: 'Create a site, archive it and bring it back', roles: admins, scope: 'admin' },
  'sites.delete': { says: 'Delete a site, or give it to another organization', roles: owners },
  'keys.manage': { says: 'See, create, rotate and revoke keys', roles: admins },
  'shares.manage': { says: 'See, create and revoke links that show a site', roles: editors },
  'audit.read': { says: 'See who changed what', roles: admins, scope: 'admin' },
  'dead-letters.manage': {
    says: 'See, retry and discard events of a site that could not be projected',
    roles: admins,
    scope: 'admin',
  },
  'members.read': { says: 'See who belongs to the organization', roles: everybody },
  'members.manage': { says: 'Invite and remove people, and change what they may do', roles: admins },
  'organization.manage': { says: 'Rename the organization, and make owners', roles: owners },
} as const satisfies Record<string, Grant>;

export type OrganizationPermission = keyof typeof permissions;
export type Permission = OrganizationPermission | 'public' | 'signed-in' | 'operate';
