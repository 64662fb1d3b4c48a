import { Args, Context, Field, Int, ObjectType, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { type IQueryHandler, QueryBus, QueryHandler } from '@nestjs/cqrs';

import { settingChangesAt, type SettingChangeRow } from '#database/setting-changes.js';
import type { Snapshot } from '#database/snapshot.js';
import { SettingsHistory } from '#workspace/state/settings-history.js';

import { SettingChange } from '../audit-trail.js';
import type { GraphqlContext } from '../context.js';
import { dailyFigures } from '../daily-stats.js';
import { findSite, type SiteRow } from '../find-site.js';
import { Question } from '../question.js';
import { DateRangeInput, daysOf, parseRange, type Range } from '../range.js';
import { DateScalar } from '../scalars.js';
import { countVisitors } from '../unique-visitors.js';
import { AsOf } from './as-of.js';
import { AsOfNotReady } from './past.js';
import { siteAsOf } from './past-site.js';

@ObjectType({ description: 'Of a change they may be negative.' })
export class Counts {
  @Field(() => Int)
  pageViews: number;

  @Field(() => Int)
  events: number;

  @Field(() => Int)
  uniqueVisitors: number;
}

const ARRIVED =
  'What events added that were stored after the position: on days before it, those that came late.';
const SETTINGS = 'What other settings make of the events that were there then; `changes` says which.';

@ObjectType({ isAbstract: true })
abstract class Parts {
  @Field(() => Counts)
  then: Counts;

  @Field(() => Counts)
  now: Counts;

  @Field(() => Counts, { description: ARRIVED })
  arrived: Counts;

  @Field(() => Counts, { description: SETTINGS })
  settings: Counts;
}

@ObjectType({ description: '`then` and `arrived` and `settings` together are `now`.' })
export class DayDifference extends Parts {
  @Field(() => DateScalar)
  day: string;
}

@ObjectType({
  description: '`then` and `arrived` and `settings` together are `now`. Visitors count once in the range.',
})
export class Difference extends Parts {
  @Field(() => [DayDifference], { description: 'Every day of the range in order.' })
  days: DayDifference[];

  @Field(() => [SettingChange], {
    description: 'Changes since then of settings that figures depend on, oldest first.',
  })
  changes: readonly SettingChangeRow[];
}

export class DifferenceQuestion extends Question<Difference> {
  constructor(
    snapshot: Snapshot,
    /** As it was. */
    readonly site: SiteRow,
    readonly range: Range,
  ) {
    super(snapshot);
  }
}

@QueryHandler(DifferenceQuestion)
export class DifferenceHandler implements IQueryHandler<DifferenceQuestion> {
  constructor(private readonly history: SettingsHistory) {}

  async execute({ snapshot, site, range }: DifferenceQuestion): Promise<Difference> {
    const { past } = site;
    const now = await findSite(snapshot, site.id);
    // What it is to be compared with was made for the settings of a moment ago.
    if (!now || !past?.underNow || past.underNow.revision !== now.figuresRevision) throw new AsOfNotReady();
    const { timeZone } = now;
    const underNow = { ...past, id: past.underNow.id, settings: { ...past.settings, timeZone } };
    const middle = await countsOf(snapshot, await siteAsOf(snapshot, now, underNow), range);
    const before = await countsOf(snapshot, site, range);
    const after = await countsOf(snapshot, now, range);
    const compare = (pick: (counts: RangeCounts) => Counts) => ({
      then: pick(before),
      now: pick(after),
      arrived: minus(pick(after), pick(middle)),
      settings: minus(pick(middle), pick(before)),
    });
    const sequences = this.history.between(site.id, past.revision, now.figuresRevision);
    return {
      ...compare(({ total }) => total),
      days: daysOf(range).map((day) => ({ day, ...compare(({ days }) => days.get(day) ?? NOTHING) })),
      changes: await settingChangesAt(snapshot, sequences),
    };
  }
}

interface RangeCounts {
  readonly total: Counts;
  readonly days: ReadonlyMap<string, Counts>;
}

const NOTHING: Counts = { pageViews: 0, events: 0, uniqueVisitors: 0 };

async function countsOf(snapshot: Snapshot, site: SiteRow, range: Range): Promise<RangeCounts> {
  const rows = await dailyFigures(snapshot, site, range);
  const total = {
    pageViews: rows.reduce((sum, { pageViews }) => sum + pageViews, 0),
    events: rows.reduce((sum, { events }) => sum + events, 0),
    uniqueVisitors: await countVisitors(snapshot, site, range),
  };
  return { total, days: new Map(rows.map(({ day, ...counts }) => [day, counts])) };
}

const minus = (a: Counts, b: Counts): Counts => ({
  pageViews: a.pageViews - b.pageViews,
  events: a.events - b.events,
  uniqueVisitors: a.uniqueVisitors - b.uniqueVisitors,
});

@Resolver(() => AsOf)
export class DifferenceResolver {
  constructor(private readonly queries: QueryBus) {}

  @ResolveField(() => Difference, {
    description:
      'Then against now, and why: what arrived since, and what other settings make of what was there.',
  })
  async difference(
    @Parent() { site }: AsOf,
    @Args('range') range: DateRangeInput,
    @Context() context: GraphqlContext,
  ): Promise<Difference> {
    const found = await this.queries.execute(
      new DifferenceQuestion(context.snapshot, site, parseRange(range)),
    );
    // They name people, visitors and users.
    return context.actor.kind === 'link' ? { ...found, changes: [] } : found;
  }
}
