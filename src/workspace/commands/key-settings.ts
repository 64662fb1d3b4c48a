import { Injectable } from '@nestjs/common';

import { type Actor, nameOf, organizationOf, reaches } from '#access/actor.js';
import { newKey } from '#access/key.js';
import { newEventId } from '#events/event-id.js';
import type { KeyEvent } from '#events/key-event.js';
import { EventLog } from '#event-log/event-log.js';
import { type Key, stateOf } from '#workspace/state/keys.js';
import { isDeleted, type Site, Workspace } from '#workspace/state/workspace.js';

import { awaitSequence } from './await-sequence.js';
import { ChangeLimit } from './change-limit.js';
import {
  decideCreateKey,
  decideRetire,
  decideRevoke,
  decideSuccessor,
  type GivenKey,
  tooManyKeys,
  unknownKey,
} from './decide-key.js';
import { type Asked, type Decision, type Refusal, unknownSite } from './decide-site.js';
import type { Conflict, Limited, Unavailable } from './setting-outcome.js';

/** What a command about a key came to. `secret`: the key itself, which nobody can tell again. */
export type KeyOutcome =
  | { readonly key: Key; readonly secret?: string; readonly revision: number }
  | Refusal
  | Conflict
  | Limited
  | Unavailable;

/** Keys that work: each of them is looked for in memory. */
const MOST_KEYS = 1_000;

/** The one way to make, rotate and revoke keys: decided on what the stream holds now, appended where it still holds just that. */
@Injectable()
export class KeySettings {
  constructor(
    private readonly log: EventLog,
    private readonly workspace: Workspace,
    private readonly limit: ChangeLimit,
  ) {}

  /** @param organizationId of an operator, who belongs to none: whose every site the key is to reach */
  async create(
    actor: Actor,
    siteId: string | undefined,
    given: GivenKey,
    organizationId = organizationOf(actor),
  ): Promise<KeyOutcome> {
    const asked = askedBy(actor);
    if (!(await this.upToDate())) return { unavailable: 'log_unavailable' };
    const site = siteId === undefined ? undefined : this.siteOf(actor, siteId, asked);
    if (siteId !== undefined && !site) return unknownSite();
    const owner = site ? { site } : { organizationId };
    if (this.working(owner, asked) >= MOST_KEYS) return tooManyKeys(MOST_KEYS);
    const limited = await this.limit.take(actor);
    if (limited) return limited;
    const secret = newKey(given.kind);
    const made = { id: newEventId(asked.at), text: secret };
    const decision = decideCreateKey(owner, given, made, asked);
    return withSecret(await this.store(made.id, 0, decision), secret);
  }

  /** The new key first: at no time is there none that works. */
  async rotate(actor: Actor, id: string, overlapHours: number): Promise<KeyOutcome> {
    const asked = askedBy(actor);
    if (!(await this.upToDate())) return { unavailable: 'log_unavailable' };
    const key = this.keyOf(actor, id, asked);
    if (!key) return unknownKey();
    const retired = decideRetire(key, overlapHours, asked);
    if (typeof retired === 'object' && 'refused' in retired) return retired;
    const limited = await this.limit.take(actor);
    if (limited) return limited;
    const secret = newKey(key.kind);
    const made = { id: newEventId(asked.at), text: secret };
    const site = key.siteId === undefined ? undefined : this.workspace.site(key.siteId);
    const successor = await this.store(made.id, 0, decideSuccessor(key, site, made, asked));
    if (!('key' in successor)) return successor;
    const old = await this.retire(id, overlapHours, asked);
    return 'key' in old ? withSecret(successor, secret) : old;
  }

  /** Who changes the key in the same moment does not leave its successor with nobody: it ends by what they made of it. */
  private async retire(id: string, overlapHours: number, asked: Asked): Promise<KeyOutcome> {
    for (;;) {
      const key = this.workspace.keys.key(id);
      if (!key) return unknownKey();
      const outcome = await this.store(id, key.revision, decideRetire(key, overlapHours, asked));
      if (!('conflict' in outcome)) return outcome;
      if (!(await this.upToDate())) return { unavailable: 'log_unavailable' };
    }
  }

  async revoke(actor: Actor, id: string): Promise<KeyOutcome> {
    const asked = askedBy(actor);
    if (!(await this.upToDate())) return { unavailable: 'log_unavailable' };
    const key = this.keyOf(actor, id, asked);
    return key ? this.store(id, key.revision, decideRevoke(key, asked)) : unknownKey();
  }

  /**
   * Keys that reach a site, or all of the organization's; the oldest first.
   *
   * @returns undefined for a site that is not the actor's
   */
  list(actor: Actor, siteId?: string): readonly Key[] | undefined {
    const asked = askedBy(actor);
    const own = this.workspace.keys.all().filter((key) => this.isOf(actor, key, asked));
    if (siteId === undefined) return own;
    const site = this.siteOf(actor, siteId, asked);
    return (
      site &&
      own.filter((key) =>
        key.siteId === undefined ? key.organizationId === site.organizationId : key.siteId === siteId,
      )
    );
  }

  /** How many keys a site has of its own, or an organization for all of its sites. */
  private working(
    owner: { readonly site: Site } | { readonly organizationId: string | undefined },
    { at }: Asked,
  ): number {
    const isOwn = (key: Key) =>
      'site' in owner
        ? key.siteId === owner.site.id
        : key.siteId === undefined && key.organizationId === owner.organizationId;
    return this.workspace.keys.all().filter((key) => isOwn(key) && stateOf(key, at) === 'active').length;
  }

  private siteOf(actor: Actor, siteId: string, { at }: Asked): Site | undefined {
    const site = this.workspace.site(siteId);
    return site && reaches(actor, site) && !isDeleted(site, at) ? site : undefined;
  }

  private keyOf(actor: Actor, id: string, asked: Asked): Key | undefined {
    const key = this.workspace.keys.key(id);
    return key && this.isOf(actor, key, asked) ? key : undefined;
  }

  /** A key of a site is that of whoever has the site now. */
  private isOf(actor: Actor, { siteId, organizationId }: Key, asked: Asked): boolean {
    if (siteId !== undefined) return this.siteOf(actor, siteId, asked) !== undefined;
    return actor.kind === 'local' || (actor.kind === 'person' && actor.organizationId === organizationId);
  }

  private async store(keyId: string, revision: number, decision: Decision<KeyEvent>): Promise<KeyOutcome> {
    if (typeof decision === 'object' && 'refused' in decision) return decision;
    if (decision !== 'unchanged') {
      const outcome = await this.log.workspace.append('key', keyId, decision.event, revision);
      if (!outcome.stored) {
        const { reason } = outcome;
        return reason === 'conflict' ? { conflict: true, revision } : { unavailable: reason };
      }
      if (!(await awaitSequence(this.workspace, outcome.sequence))) return { unavailable: 'log_unavailable' };
    }
    const key = this.workspace.keys.key(keyId);
    if (!key) throw new Error(`key ${keyId} was stored and is not there`);
    return { key, revision: key.revision };
  }

  /** What was decided on an old state would be refused as a conflict that there is none of. */
  private async upToDate(): Promise<boolean> {
    try {
      return await awaitSequence(this.workspace, (await this.log.workspace.place()).sequence);
    } catch {
      return false;
    }
  }
}

const askedBy = (actor: Actor): Asked => ({ actor: nameOf(actor), at: Date.now() });

const withSecret = (outcome: KeyOutcome, secret: string): KeyOutcome =>
  'key' in outcome ? { ...outcome, secret } : outcome;
