import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { isWellFormedSiteId, siteRule } from '#events/rules.js';
import { isOfBrowser } from '#workspace/state/key-actors.js';

import { RefusedRequest } from '../../http/error-body.js';
import { KeyCheck } from '../../keys/key-check.js';
import { DialectDocs, KEYS, LATER } from '../docs.js';
import { fieldsOf, headerText, textIn } from '../fit.js';
import { foreignSender } from '../foreign-sender.js';
import { answerUnavailable, trackAll, type Later } from '../track-all.js';
import { NO_FLAGS, posthogRefusal, remoteConfig, remoteConfigScript } from './answers.js';
import { posthogData } from './body.js';
import { asCaptured, bearerKey, CaptureResults } from './capture-v1.js';
import {
  POSTHOG_BATCH,
  POSTHOG_CAPTURE,
  posthogItems,
  posthogRequest,
  posthogSdk,
  posthogToken,
  posthogTokens,
  type PosthogRequest,
} from './events.js';

const of = 'PostHog';
// The client of browsers takes 200 alone for done: after any other success it would send the events again.
const OK = { status: 'Ok' };
const ok = { status: 200, description: 'Stored; what is refused is at `/api/refused`', example: OK };
const NO_SITE = { 401: 'The token is no site ID' };
const refused = {
  400: 'Not readable, or no event is valid',
  ...KEYS,
  413: 'Too large',
  ...LATER,
};
const event = {
  api_key: 'shop',
  event: 'Order Completed',
  distinct_id: 'u1',
  properties: { $revenue: 19.9 },
};

/** PostHog's capture, in both versions, and what its clients ask beside it. */
@Controller()
export class PosthogController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: KeyCheck,
  ) {}

  @Post([...POSTHOG_CAPTURE, POSTHOG_BATCH])
  @DialectDocs({
    of,
    summary: 'One event, a list, or `{"api_key", "batch", "sent_at"}`',
    consumes: ['application/json', 'text/plain', 'application/x-www-form-urlencoded'],
    body: event,
    ok,
    refused,
  })
  async capture(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.track(request, reply, request.body);
  }

  @Get([...POSTHOG_CAPTURE, POSTHOG_BATCH])
  @DialectDocs({ of, summary: 'Events as base64 of JSON in the parameter `data`', ok, refused })
  async captureByGet(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const data = queryOf(request, 'data');
    if (data === undefined) throw new RefusedRequest(400, 'empty_body', 'data must hold the events');
    await this.track(request, reply, await posthogData(data, request), 'inUrl');
  }

  @Post('i/v1/analytics/events')
  @DialectDocs({
    of,
    summary: 'Events with a result for each, under its `uuid`',
    body: {
      created_at: '2026-01-31T12:00:00Z',
      batch: [
        {
          event: 'x',
          uuid: '0192f3a4-5b6c-7d8e-9f01-23456789abcd',
          distinct_id: 'u1',
          options: {},
          properties: {},
        },
      ],
    },
    ok: {
      status: 200,
      description: '`ok`, `warning`, `drop`, or `retry`: send that one again',
      example: { results: { '0192f3a4-5b6c-7d8e-9f01-23456789abcd': { result: 'ok' } } },
    },
    refused,
  })
  async captureV1(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { headers } = request;
    const body = fieldsOf(request.body);
    const batch = body?.['batch'];
    if (!Array.isArray(batch))
      throw new RefusedRequest(400, 'invalid_shape', 'batch must be a list of events');
    const siteId = this.keys.admit(request)?.siteId ?? siteOf(bearerKey(headers.authorization));
    const sdk = headerText(headers['posthog-sdk-info']);
    const sender = foreignSender(request, 'posthog', { sdk, fromVisitor: isOfBrowser(request.headers) });
    const sentAt = headerText(headers['posthog-request-timestamp']) ?? body?.['created_at'];
    const itemOf = posthogItems(siteId, { sentAt }, sender, request.ip);
    const results = new CaptureResults(batch);
    const { stored, rejected, unavailable } = await trackAll(
      this.commands,
      batch,
      (message) => itemOf(asCaptured(message)),
      sender,
      (outcome, index) => results.add(outcome, index),
    );
    if (unavailable && stored + rejected === 0) return later(reply, unavailable);
    if (unavailable) void reply.header('retry-after', String(unavailable.retryAfter));
    void reply.code(200).send(results.answer());
  }

  @Get('array/:token/config')
  @DialectDocs({
    of,
    summary: 'What the client of browsers loads first',
    ok: { status: 200, description: 'All off' },
    refused: NO_SITE,
  })
  config(@Param('token') token: string, @Res() reply: FastifyReply): void {
    void reply.code(200).send(remoteConfig(told(token)));
  }

  @Get('array/:token/config.js')
  @DialectDocs({
    of,
    summary: 'The same as a script',
    ok: { status: 200, description: 'All off', type: 'text/javascript' },
    refused: NO_SITE,
  })
  configScript(@Param('token') token: string, @Res() reply: FastifyReply): void {
    const script = remoteConfigScript(told(token));
    void reply.code(200).type('text/javascript; charset=utf-8').send(script);
  }

  @Post(['flags', 'decide'])
  @DialectDocs({ of, summary: 'Feature flags: there are none', ok: { status: 200, description: 'None' } })
  flags(@Res() reply: FastifyReply): void {
    void reply.code(200).send(NO_FLAGS);
  }

  private async track(
    request: FastifyRequest,
    reply: FastifyReply,
    body: unknown,
    place: 'said' | 'inUrl' = 'said',
  ): Promise<void> {
    const sentAt = momentOf(queryOf(request, 'sent_at') ?? queryOf(request, '_'));
    const read = posthogRequest(body, sentAt);
    if (!read)
      throw new RefusedRequest(400, 'invalid_shape', 'body must be an event, a list, or have a batch');
    const admitted = this.keys.admit(request, { [place]: posthogTokens(read) });
    const siteId = admitted ? admitted.siteId : siteOf(tokenOf(read));
    const about = { sdk: posthogSdk(read), fromVisitor: isOfBrowser(request.headers) };
    const sender = foreignSender(request, 'posthog', about);
    let why: readonly string[] = [];
    const { stored, rejected, unavailable } = await trackAll(
      this.commands,
      read.messages,
      posthogItems(siteId, read, sender, request.ip),
      sender,
      (outcome) => {
        if (outcome.status === 'rejected' && why.length === 0) why = outcome.messages;
      },
    );
    if (unavailable) return later(reply, unavailable);
    if (stored > 0 || rejected === 0) void reply.code(200).send(OK);
    else void reply.code(400).send(posthogRefusal(400, why).body);
  }
}

function later(reply: FastifyReply, unavailable: Later): void {
  answerUnavailable(reply, unavailable, posthogRefusal(unavailable.status, [unavailable.message]).body);
}

function tokenOf(read: PosthogRequest): string | undefined {
  const token = posthogToken(read);
  if (token !== null) return token;
  throw new RefusedRequest(401, 'mixed_tokens', 'all events of a request must have one token');
}

function siteOf(token: string | undefined): string {
  if (token === undefined) throw new RefusedRequest(401, 'missing_token', 'api_key must be the ID of a site');
  const fault = siteRule(token);
  if (fault === undefined) return token;
  throw new RefusedRequest(401, 'invalid_site_id', `api_key${fault}`);
}

/** What a client asks for its settings with: the ID of a site, or a key, and all get the same. */
function told(token: string): string {
  return isWellFormedSiteId(token) ? token : siteOf(token);
}

function queryOf(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Readonly<Record<string, unknown>>)[name];
  return textIn(Array.isArray(value) ? value[0] : value);
}

/** Milliseconds since the epoch, as text in the query. */
function momentOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{12,14}$/.test(text) ? Number(text) : undefined;
}
