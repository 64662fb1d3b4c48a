import {
  BadRequestException,
  Controller,
  Get,
  Inject,
  NotFoundException,
  Query,
  ServiceUnavailableException,
} from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiQuery } from '@nestjs/swagger';
import type { Pool } from 'pg';

import { PG_POOL } from '#database/pool.js';
import { DatabaseUnavailable, type Snapshot, SnapshotTimeout, withSnapshot } from '#database/snapshot.js';

import { DailyStatsQuestion } from './daily-stats.js';
import { isDay, parseRange } from './range.js';
import { isSiteId } from './bad-input.js';
import { SiteQuestion } from './site.js';
import { TopPathsQuestion } from './top-paths.js';

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
    @Inject(PG_POOL) private readonly pool: Pool,
  ) {}

  @Get('stats')
  @ApiOperation({ summary: "One site's figures of one day (UTC)" })
  @ApiQuery({ name: 'siteId', required: true, type: String })
  @ApiQuery({ name: 'date', required: true, type: String, example: '2026-05-17' })
  @ApiOkResponse({ type: DayStats })
  async stats(@Query('siteId') siteId: unknown, @Query('date') date: unknown): Promise<DayStats> {
    const wanted = check(siteId, date);
    const stats = await withSnapshot(this.pool, (snapshot) => this.read(snapshot, wanted)).catch(asHttp);
    if (stats) return stats;
    throw new NotFoundException([`No events of site ${wanted.siteId} on ${wanted.date}`]);
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

interface Wanted {
  readonly siteId: string;
  readonly date: string;
}

function check(siteId: unknown, date: unknown): Wanted {
  const site = typeof siteId === 'string' && isSiteId(siteId) ? siteId : undefined;
  const day = typeof date === 'string' && isDay(date) ? date : undefined;
  if (site !== undefined && day !== undefined) return { siteId: site, date: day };
  throw new BadRequestException([
    ...(site === undefined
      ? ['siteId must be given once, 1 to 64 letters, digits, hyphens or underscores']
      : []),
    ...(day === undefined ? ['date must be given once, a day that exists, from 1970 on, as YYYY-MM-DD'] : []),
  ]);
}

function asHttp(error: unknown): never {
  if (error instanceof DatabaseUnavailable || error instanceof SnapshotTimeout) {
    throw new ServiceUnavailableException(['The figures cannot be read right now; try again in a moment']);
  }
  throw error;
}
