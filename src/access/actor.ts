import { permissions, type Permission, type Role, type Scope } from './permissions.js';

/** Who asks. */
export type Actor = Local | Anonymous | Person | KeyHolder | LinkHolder;

/** Without sign-in there is one person on one machine, who may everything (TIDEMARK_OPEN). */
export interface Local {
  readonly kind: 'local';
}

export interface Anonymous {
  readonly kind: 'anonymous';
}

/** Signed in. */
export interface Person {
  readonly kind: 'person';
  readonly userId: string;
  readonly sessionId: string;
  /** Of the session; milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Looks after the installation. */
  readonly operator: boolean;
  /** In which the person works now; undefined: in none. */
  readonly organizationId: string | undefined;
  /** There. */
  readonly role: Role | undefined;
}

export interface KeyHolder {
  readonly kind: 'key';
  readonly keyId: string;
  readonly organizationId: string;
  /** Undefined: every site of the organization. */
  readonly siteId: string | undefined;
  readonly scopes: readonly Scope[];
}

/** Has a link that shows one site. */
export interface LinkHolder {
  readonly kind: 'link';
  readonly linkId: string;
  readonly organizationId: string;
  readonly siteId: string;
}

export const LOCAL: Local = { kind: 'local' };
export const ANONYMOUS: Anonymous = { kind: 'anonymous' };

export function may(actor: Actor, permission: Permission): boolean {
  if (permission === 'public' || actor.kind === 'local') return true;
  if (permission === 'signed-in') return actor.kind === 'person';
  if (permission === 'operate') return actor.kind === 'person' && actor.operator;
  const grant: (typeof permissions)[keyof typeof permissions] & { scope?: Scope; shared?: true } =
    permissions[permission];
  switch (actor.kind) {
    case 'anonymous':
      return false;
    case 'person':
      return actor.role !== undefined && (grant.roles as readonly Role[]).includes(actor.role);
    case 'key':
      return grant.scope !== undefined && actor.scopes.includes(grant.scope);
    case 'link':
      return grant.shared === true;
  }
}

/** What a site is reached by. */
export interface Owned {
  readonly id: string;
  /** Undefined: of nobody, as are sites from before there were accounts. */
  readonly organizationId: string | undefined;
}

/** Whether the site is one of the actor's; for all others it is as if there were none. */
export function reaches(actor: Actor, site: Owned): boolean {
  if (actor.kind === 'local') return true;
  if (actor.kind === 'anonymous' || actor.organizationId === undefined) return false;
  if (site.organizationId !== actor.organizationId) return false;
  return actor.kind === 'person' || actor.siteId === undefined || actor.siteId === site.id;
}

/** Whose is what the actor makes; undefined: nobody's. */
export const organizationOf = (actor: Actor): string | undefined =>
  'organizationId' in actor ? actor.organizationId || undefined : undefined;

/** In whose name something is done, as the log and the audit trail keep it: an ID, never a name or an address. */
export function nameOf(actor: Actor): string {
  switch (actor.kind) {
    case 'local':
      return 'local-operator';
    case 'anonymous':
      return 'anonymous';
    case 'person':
      return `user:${actor.userId}`;
    case 'key':
      return `key:${actor.keyId}`;
    case 'link':
      return `link:${actor.linkId}`;
  }
}
