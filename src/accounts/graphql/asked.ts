import type { IncomingHttpHeaders } from 'node:http';

import { type Actor, may, nameOf, type Person } from '#access/actor.js';
import type { HasActor } from '#access/actors.js';
import { denied } from '#access/denied.js';
import type { Permission, Role } from '#access/permissions.js';

import { actAs } from '../acting.js';
import type { From } from '../first-owner.js';
import { asGraphqlError } from './fault.js';

/** What this room reads of an operation's context. */
export interface Asked extends HasActor {
  readonly req?: From & { readonly headers: IncomingHttpHeaders };
}

/** Somebody who is signed in and works in an organization. */
export interface Member extends Person {
  readonly organizationId: string;
  readonly role: Role;
}

/** @throws GraphQLError for whoever is not signed in */
export function personOf(actor: Actor): Person {
  if (actor.kind !== 'person') throw denied(actor.kind === 'local' ? { kind: 'anonymous' } : actor);
  return actor;
}

/** @throws GraphQLError for whoever is in no organization, or may not there */
export function memberWith(actor: Actor, permission: Permission): Member {
  const person = personOf(actor);
  const { organizationId, role } = person;
  if (organizationId === undefined || role === undefined || !may(person, permission)) throw denied(person);
  return { ...person, organizationId, role };
}

/**
 * Asks the library in the name of who asks. @throws GraphQLError with what it refuses
 *
 * @param ask gets the headers by which the library knows the session
 */
export async function inNameOf<T>({ actor, req }: Asked, ask: (headers: Headers) => Promise<T>): Promise<T> {
  const headers = new Headers({ cookie: req?.headers.cookie ?? '' });
  try {
    return await actAs({ actor: nameOf(actor) }, () => ask(headers));
  } catch (error) {
    throw asGraphqlError(error);
  }
}
