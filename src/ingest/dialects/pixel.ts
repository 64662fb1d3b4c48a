import { Controller, Get, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { isSecretParameter } from '#events/secrets.js';

import type { DialectRefusal } from '../http/door.js';
import { errorBody } from '../http/error-body.js';
import { KeyCheck } from '../keys/key-check.js';
import { statusOf } from '../refusal-codes.js';
import { TrackEvents } from '../track-events.command.js';
import { DialectDocs, LATER } from './docs.js';
import { defined, eventTypeIn, idIn, placeIn, referrerIn, textIn, titleIn, unlessEmpty } from './fit.js';
import { foreignSender } from './foreign-sender.js';
import { answerUnavailable, laterOf } from './track-all.js';

/** 1×1, transparent. */
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const QUERY_BYTES = 8 * 1024;
const OWN = new Set(['site', 'key', 'url', 'path', 'event', 'title', 'referrer', 'v']);

/** Who sends too often gets the image all the same: the page is not to show that it is broken. */
export function pixelRefusal(status: number, messages: readonly string[]): DialectRefusal {
  return status === 429
    ? { status, body: GIF, type: 'image/gif' }
    : { status, body: errorBody(status, messages) };
}

/** The query as written, of repeated parameters the first; `a[b]` is a name like any other. */
export function pixelQuery(query: string): ReadonlyMap<string, string> {
  const first = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) if (!first.has(name)) first.set(name, value);
  return first;
}

/**
 * An input for the command: other parameters are properties, but for `_…`, which are there against caches, and those that would
 * be left out of an address too.
 */
export function pixelItem(
  query: ReadonlyMap<string, string>,
  from: {
    readonly receivedAt: number;
    readonly referer: string | undefined;
    /** Where a key says whose the event is. */
    readonly siteId?: string | undefined;
  },
): object {
  const place = { ...placeIn(query.get('url')), ...defined({ path: textIn(query.get('path')) }) };
  const others = [...query].filter(
    ([name]) => !OWN.has(name) && !name.startsWith('_') && name !== '' && !isSecretParameter(name.trim()),
  );
  return defined({
    siteId: from.siteId ?? query.get('site'),
    eventType: eventTypeIn(query.get('event')) ?? 'page_view',
    visitorId: idIn(query.get('v')),
    cookieless: true,
    timestamp: new Date(from.receivedAt).toISOString(),
    // The page that shows the image; a browser tells of another site's the host alone.
    ...(Object.keys(place).length > 0 ? place : placeIn(from.referer)),
    title: titleIn(query.get('title')),
    referrer: referrerIn(query.get('referrer')),
    properties: unlessEmpty(Object.fromEntries(others)),
  });
}

const parameter = (name: string, description: string, required = false) =>
  ApiQuery({ name, required, type: String, description });

/** For mail, and pages without scripts. */
@Controller()
export class PixelController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: KeyCheck,
  ) {}

  @Get('pixel.gif')
  @parameter('site', 'A public key; in open mode the ID of the site', true)
  @parameter('url', "The page's address; else `path`, else the `Referer`")
  @parameter('path', 'Starts with "/"')
  @parameter('event', '`page_view` where absent')
  @parameter('title', "The page's")
  @parameter('referrer', 'Where the visitor came from')
  @parameter('v', 'The visitor; else known for a day by a salted hash')
  @DialectDocs({
    of: 'Pixel',
    summary: 'One event, and a transparent image of 1×1',
    ok: { status: 200, description: 'Stored; the image', type: 'image/gif' },
    refused: { 400: 'Not valid', 414: 'A query of more than 8 KB', ...LATER },
  })
  async track(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply
      .header('cache-control', 'no-store, max-age=0')
      .header('cross-origin-resource-policy', 'cross-origin');
    const query = request.url.split('?').slice(1).join('?');
    if (query.length > QUERY_BYTES) {
      void reply.code(414).send(errorBody(414, ['the query must be at most 8,192 bytes']));
      return;
    }
    const sender = foreignSender(request, 'pixel', { fromVisitor: true });
    const said = pixelQuery(query);
    const item = pixelItem(said, {
      receivedAt: sender.receivedAt,
      referer: request.headers.referer,
      siteId: this.keys.admit(request, { inUrl: [said.get('site')] })?.siteId,
    });
    const [outcome] = await this.commands.execute(new TrackEvents([item], sender));
    if (outcome?.status === 'rejected') {
      const status = statusOf(outcome.reason);
      void reply.code(status).send(errorBody(status, outcome.messages));
      return;
    }
    void reply.type('image/gif');
    // An image all the same: the page is not to show that it is broken.
    if (outcome?.status === 'unavailable') answerUnavailable(reply, laterOf([outcome]), GIF);
    else void reply.code(200).send(GIF);
  }
}
