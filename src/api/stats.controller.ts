import {
  BadRequestException,
  Controller,
  Get,
  Inject,
  NotFoundException,
  Query,
  Req,
  Res,
  ServiceUnavailableException,
} from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiQuery,
  ApiServiceUnavailableResponse,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Pool } from 'pg';

import type { HasActor } from '#access/actors.js';
import { READ_POOL } from '#database/pool.js';
import { DatabaseUnavailable, ProjectionBehind, type Snapshot, SnapshotTimeout } from '#database/snapshot.js';
import type { Tenant } from '#database/tenant.js';
import { withSnapshot } from '#database/with-snapshot.js';

import { CheckpointWatch } from './checkpoint-watch.js';
import { DailyStatsQuestion } from './daily-stats.js';
import { isDay, parseRange } from './range.js';
import { isSiteId } from './bad-input.js';
import { SiteQuestion } from './site.js';
import { tenantOf } from './tenant-of.js';
import { TopPathsQuestion } from './top-paths.js';
import { parseWait, type Wait, waitLimits } from './wait-for.js';

class PathViews {
  @ApiProperty()
  path: string;

  @ApiProperty()
  views: number;
}

class DayStats {
  @ApiProperty()
  siteId: string;

  @ApiProperty({ example: '2026-05-17' })
  date: string;

  @ApiProperty()
  totalViews: number;

  @ApiProperty()
  uniqueUsers: number;

  @ApiProperty({ type: [PathViews], description: 'The ten most viewed, ties by path.' })
  topPaths: PathViews[];
}

@Controller('api')
export class StatsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly checkpoints: CheckpointWatch,
    @Inject(READ_POOL) private readonly pool: Pool,
  ) {}

  @Get('stats')
  @ApiOperation({ summary: "One site's figures of one day in its time zone" })
  @ApiQuery({ name: 'siteId', required: true, type: String })
  @ApiQuery({ name: 'date', required: true, type: String, example: '2026-05-17' })
  @ApiQuery({
    name: 'waitFor',
    required: false,
    type: String,
    example: '2:1043:17',
    description: 'A receipt: the answer includes that event',
  })
  @ApiQuery({
    name: 'waitForSeconds',
    required: false,
    schema: { type: 'number', minimum: 0, maximum: waitLimits.most, default: waitLimits.usual },
  })
  @ApiOkResponse({ type: DayStats })
  @ApiServiceUnavailableResponse({
    description: 'The figures cannot be read, or do not include the event of `waitFor` in time: ask again',
    headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } },
  })
  async stats(
    @Query() query: StatsQuery,
    @Req() { actor }: HasActor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DayStats> {
    const wanted = check(query);
    const stats = await this.answer(wanted, tenantOf(actor)).catch((error: unknown) => asHttp(error, reply));
    if (stats) return stats;
    throw new NotFoundException([`No events of site ${wanted.siteId} on ${wanted.date}`]);
  }

  private async answer(wanted: Wanted, tenant: Tenant): Promise<DayStats | undefined> {
    const { wait } = wanted;
    if (wait) await this.checkpoints.reached(wait.receipt, wait.milliseconds);
    return withSnapshot(this.pool, tenant, (snapshot) => {
      snapshot.atLeast = wait?.receipt;
      return this.read(snapshot, wanted);
    });
  }

  private async read(snapshot: Snapshot, { siteId, date }: Wanted): Promise<DayStats | undefined> {
    const site = await this.queries.execute(new SiteQuestion(snapshot, siteId));
    if (!site) return undefined;
    const range = parseRange({ from: date, to: date });
    const [day] = await this.queries.execute(new DailyStatsQuestion(snapshot, site, range));
    if (!day || day.events === 0) return undefined;
    const paths = await this.queries.execute(new TopPathsQuestion(snapshot, site, range, { first: 10 }));
    return {
      siteId,
      date,
      totalViews: day.pageViews,
      uniqueUsers: day.uniqueVisitors,
      topPaths: paths.nodes.map(({ path, views }) => ({ path, views })),
    };
  }
}

/** As it came: a repeated or bracketed name makes a value of any shape. */
interface StatsQuery {
  readonly siteId?: unknown;
  readonly date?: unknown;
  readonly waitFor?: unknown;
  readonly waitForSeconds?: unknown;
}

interface Wanted {
  readonly siteId: string;
  readonly date: string;
  readonly wait: Wait | undefined;
}

function check({ siteId, date, waitFor, waitForSeconds }: StatsQuery): Wanted {
  const site = typeof siteId === 'string' && isSiteId(siteId) ? siteId : undefined;
  const day = typeof date === 'string' && isDay(date) ? date : undefined;
  const wait = waitFor === undefined ? undefined : waitOf(waitFor, waitForSeconds);
  const faults = wait !== undefined && !('receipt' in wait) ? wait : [];
  if (site !== undefined && day !== undefined && faults.length === 0)
    return { siteId: site, date: day, wait: wait as Wait | undefined };
  throw new BadRequestException([
    ...(site === undefined
      ? ['siteId must be given once, 1 to 64 letters, digits, hyphens or underscores']
      : []),
    ...(day === undefined ? ['date must be given once, a day that exists, from 1970 on, as YYYY-MM-DD'] : []),
    ...faults,
  ]);
}

function waitOf(receipt: unknown, seconds: unknown): Wait | readonly string[] {
  const given = typeof seconds === 'string' && seconds !== '' ? Number(seconds) : seconds;
  return parseWait({ receipt, seconds: given }, { receipt: 'waitFor', seconds: 'waitForSeconds' });
}

function asHttp(error: unknown, reply: FastifyReply): never {
  const behind = error instanceof ProjectionBehind;
  if (!behind && !(error instanceof DatabaseUnavailable) && !(error instanceof SnapshotTimeout)) throw error;
  void reply.header('retry-after', '1');
  const replica = error instanceof DatabaseUnavailable && error.server === 'read replica';
  const cause = replica ? ': the read replica does not answer' : '';
  throw new ServiceUnavailableException([
    behind ? error.message : `The figures cannot be read right now${cause}; try again in a moment`,
  ]);
}
