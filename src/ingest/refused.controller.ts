import { BadRequestException, Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiQuery, ApiTags } from '@nestjs/swagger';

import type { HasActor } from '#access/actors.js';
import { sightOf } from '#access/sight.js';
import { siteRule } from '#events/rules.js';

import { siteThere } from '#workspace/state/site-there.js';
import { Workspace } from '#workspace/state/workspace.js';

import { RecentRefusals, REFUSALS_KEPT } from './recent-refusals.js';

class RefusedEvent {
  @ApiProperty({ type: String, format: 'uuid', description: 'Of the refusal' })
  id: string;

  @ApiProperty({ type: String, format: 'date-time' })
  at: string;

  @ApiProperty({ type: String, required: false, description: 'Absent where what was sent is no site ID' })
  site?: string;

  @ApiProperty({ type: String, example: 'segment' })
  dialect: string;

  @ApiProperty({ type: String, required: false, description: 'Name and version of the client library' })
  sdk?: string;

  @ApiProperty({ type: String, example: 'invalid_url' })
  reason: string;

  @ApiProperty({ type: [String], description: 'One for each fault, naming the field' })
  messages: readonly string[];

  @ApiProperty({ type: String, required: false, example: 'page_view' })
  eventType?: string;

  @ApiProperty({ type: String, format: 'uuid', required: false })
  eventId?: string;

  @ApiProperty({ type: String, required: false, example: '/pricing', description: 'Without its query' })
  path?: string;
}

class RefusedEvents {
  @ApiProperty({ type: [RefusedEvent], description: 'Newest first' })
  refused: RefusedEvent[];
}

/** Which events were refused lately: several clients are told of success all the same. */
@Controller('api')
export class RefusedController {
  constructor(
    private readonly refusals: RecentRefusals,
    private readonly workspace: Workspace,
  ) {}

  @Get('refused')
  @ApiTags('Sending events')
  @ApiOperation({
    summary: 'Events that were refused lately, and why',
    description:
      `The last ${REFUSALS_KEPT.forGood.toLocaleString('en')} of all sites since this process started, of every process: the site that has most gives up its ` +
      `oldest. Beside them the last ${REFUSALS_KEPT.ofNoSite} of no site, and the last ${REFUSALS_KEPT.forNow} that may be sent again ` +
      '(429, 503), of which each process tells 20 a second. Reasons name fields, never their values.',
  })
  @ApiQuery({ name: 'site', required: false, type: String, description: 'Those of one site alone' })
  @ApiOkResponse({ type: RefusedEvents })
  async list(@Query('site') site: unknown, @Req() { actor }: HasActor): Promise<RefusedEvents> {
    const fault = site === undefined ? undefined : siteRule(site);
    if (fault !== undefined) throw new BadRequestException([`site${fault}`]);
    const sees = sightOf(actor, (id) => siteThere(this.workspace, id, Date.now()));
    const all = this.refusals.list(site as string | undefined);
    const refused = sees ? all.filter((each) => sees(each.site)) : all;
    return { refused: refused.map((each) => ({ ...each, at: new Date(each.at).toISOString() })) };
  }
}
