import { Command } from '@nestjs/cqrs';

import { type Actor } from '#access/actor.js';
import { newEventId } from '#events/event-id.js';

import type { GivenEventType } from './decide-site.js';
import type { SettingOutcome } from './setting-outcome.js';

/** Changes the settings of one site. */
export abstract class SiteCommand extends Command<SettingOutcome> {
  constructor(
    readonly actor: Actor,
    readonly siteId: string,
    /** The revision that the one who asks has seen: where it is another by now, nothing is changed. */
    readonly revision?: number,
  ) {
    super();
  }
}

/** `name`: as people know it. */
export class CreateSite extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly name?: string,
  ) {
    super(actor, siteId);
  }
}

export class RenameSite extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly name: string,
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}

/** The zone in which the site's days and hours begin, for its past too. */
export class ChangeTimeZone extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly timeZone: string,
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}

/** `rule` in its JSON form (docs/rules.md), checked when it is decided on; without an `id` it gets one. */
export class AddRule extends SiteCommand {
  readonly newId = newEventId();

  constructor(
    actor: Actor,
    siteId: string,
    readonly rule: object,
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}

export class RemoveRule extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly ruleId: string,
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}

/** Takes back the last change of the site's rules, or the last one of `ruleId`. */
export class UndoRule extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly ruleId?: string,
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}

/** How a site knows its visitors again; what is not given stays as it is. */
export class ChangeVisitorPolicy extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly given: { readonly identity?: string | undefined; readonly signals?: string | undefined },
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}

/** Says what an event type of a site means and what its events carry; nothing of either takes that back. */
export class DefineEventType extends SiteCommand {
  constructor(
    actor: Actor,
    siteId: string,
    readonly given: GivenEventType,
    revision?: number,
  ) {
    super(actor, siteId, revision);
  }
}
