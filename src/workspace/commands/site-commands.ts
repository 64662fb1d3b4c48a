import { Command } from '@nestjs/cqrs';

import { newEventId } from '#events/event-id.js';

import type { GivenEventType } from './decide-site.js';
import type { SettingOutcome } from './setting-outcome.js';

/** Who asks, until there are accounts. */
export const LOCAL_OPERATOR = 'local-operator';

/** Changes the settings of one site. */
export abstract class SiteCommand extends Command<SettingOutcome> {
  constructor(
    readonly siteId: string,
    /** The revision that the one who asks has seen: where it is another by now, nothing is changed. */
    readonly revision?: number,
    readonly actor: string = LOCAL_OPERATOR,
  ) {
    super();
  }
}

/** `name`: as people know it. */
export class CreateSite extends SiteCommand {
  constructor(
    siteId: string,
    readonly name?: string,
  ) {
    super(siteId);
  }
}

export class RenameSite extends SiteCommand {
  constructor(
    siteId: string,
    readonly name: string,
    revision?: number,
  ) {
    super(siteId, revision);
  }
}

/** The zone in which the site's days and hours begin, for its past too. */
export class ChangeTimeZone extends SiteCommand {
  constructor(
    siteId: string,
    readonly timeZone: string,
    revision?: number,
  ) {
    super(siteId, revision);
  }
}

/** `rule` in its JSON form (docs/rules.md), checked when it is decided on; without an `id` it gets one. */
export class AddRule extends SiteCommand {
  readonly newId = newEventId();

  constructor(
    siteId: string,
    readonly rule: object,
    revision?: number,
  ) {
    super(siteId, revision);
  }
}

export class RemoveRule extends SiteCommand {
  constructor(
    siteId: string,
    readonly ruleId: string,
    revision?: number,
  ) {
    super(siteId, revision);
  }
}

/** Takes back the last change of the site's rules, or the last one of `ruleId`. */
export class UndoRule extends SiteCommand {
  constructor(
    siteId: string,
    readonly ruleId?: string,
    revision?: number,
  ) {
    super(siteId, revision);
  }
}

/** How a site knows its visitors again; what is not given stays as it is. */
export class ChangeVisitorPolicy extends SiteCommand {
  constructor(
    siteId: string,
    readonly given: { readonly identity?: string | undefined; readonly signals?: string | undefined },
    revision?: number,
  ) {
    super(siteId, revision);
  }
}

/** Says what an event type of a site means and what its events carry; nothing of either takes that back. */
export class DefineEventType extends SiteCommand {
  constructor(
    siteId: string,
    readonly given: GivenEventType,
    revision?: number,
  ) {
    super(siteId, revision);
  }
}
