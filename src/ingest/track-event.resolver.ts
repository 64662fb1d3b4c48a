import { CommandBus } from '@nestjs/cqrs';
import { Args, Context, Mutation, Resolver } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';

import { may, reaches } from '#access/actor.js';
import type { HasActor } from '#access/actors.js';
import { denied } from '#access/denied.js';
import { Needs } from '#access/needs.js';
import { receiptOf } from '#events/position.js';
import { Metrics } from '#telemetry/metrics.js';
import { Workspace } from '#workspace/state/workspace.js';

import { TOO_OFTEN } from './http/limit-addresses.js';
import { BATCH_EVENTS } from './http/limits.js';
import { isFromAllowedPage, ORIGIN_NOT_ALLOWED } from './keys/allowed-page.js';
import { RateLimits } from './rate-limits/rate-limits.js';
import { statusOf } from './refusal-codes.js';
import { RefusedItem } from './refused-item.js';
import { keepVisitor, senderOf } from './sender.js';
import { TrackEventInputType, TrackEventPayload, TrackEventsPayload } from './track-event.types.js';
import { TrackEvents, unavailableMessage, type TrackOutcome } from './track-events.command.js';

interface HttpContext extends HasActor {
  readonly req: FastifyRequest;
  readonly reply?: FastifyReply;
}

/** The same command as the HTTP doors, so the same rules, outcomes and promises. */
@Resolver()
export class TrackEventResolver {
  constructor(
    private readonly commands: CommandBus,
    private readonly limits: RateLimits,
    private readonly metrics: Metrics,
    private readonly workspace: Workspace,
  ) {}

  @Needs('events.write')
  @Mutation(() => TrackEventPayload, {
    description: 'Stores one event; success means that the log has it on disk.',
  })
  async trackEvent(
    @Args('input', { type: () => TrackEventInputType }) input: TrackEventInputType,
    @Context() context: HttpContext,
  ): Promise<TrackEventPayload> {
    await this.admit(context);
    const sender = senderOf(context.req, 'graphql');
    const [outcome] = await this.commands.execute(new TrackEvents([this.itemOf(input, context)], sender));
    if (outcome === undefined) throw new Error('a command with one event gave no outcome');
    if (outcome.status === 'rejected') throw rejected(outcome.reason, outcome.messages);
    const { eventId, visitorId } = outcome;
    if (context.reply) keepVisitor(context.reply, input, outcome);
    if (outcome.status === 'stored') {
      const { position, warnings } = outcome;
      return {
        success: true,
        eventId,
        visitorId,
        receipt: receiptOf(position),
        ...(warnings && { warnings }),
      };
    }
    throw new GraphQLError(unavailableMessage(outcome.reason), {
      extensions: {
        code: outcome.reason === 'rate_limited' ? 'RATE_LIMITED' : 'LOG_UNAVAILABLE',
        reason: outcome.reason,
        retryAfter: outcome.retryAfter,
        eventId,
        visitorId,
      },
    });
  }

  @Needs('events.write')
  @Mutation(() => TrackEventsPayload, {
    description: 'Stores up to 1,000 events; one outcome for each, by index.',
  })
  async trackEvents(
    @Args('events', { type: () => [TrackEventInputType] }) events: TrackEventInputType[],
    @Context() context: HttpContext,
  ): Promise<TrackEventsPayload> {
    if (events.length < 1 || events.length > BATCH_EVENTS) {
      throw rejected('batch_too_large', [`events must hold 1 to ${BATCH_EVENTS} events`]);
    }
    await this.admit(context);
    const items = events.map((event) => this.itemOf(event, context));
    const outcomes = await this.commands.execute(new TrackEvents(items, senderOf(context.req, 'graphql')));
    return {
      stored: outcomes.filter(({ status }) => status === 'stored').length,
      outcomes: outcomes.map((outcome: TrackOutcome, index) => ({
        index,
        ...outcome,
        ...(outcome.status === 'stored' && { receipt: receiptOf(outcome.position) }),
      })),
    };
  }

  /** For a site of who asks; of a key that is bound to one for that, whatever the event says. Throws GraphQLError. */
  private itemOf(event: TrackEventInputType, { actor, req }: HttpContext): unknown {
    if (!may(actor, 'events.write')) throw denied(actor);
    if (actor.kind === 'local') return { ...event };
    const siteId = actor.kind === 'key' ? (actor.siteId ?? event.siteId) : event.siteId;
    const bound = actor.kind === 'key' && actor.siteId !== undefined;
    const site = this.workspace.site(siteId);
    if (!bound && !(site && reaches(actor, site)))
      return new RefusedItem('unknown_site', 'siteId: there is no such site');
    const key = actor.kind === 'key' ? this.workspace.keys.key(actor.keyId) : undefined;
    if (key && !isFromAllowedPage(key, site, req.headers))
      return new RefusedItem('origin_not_allowed', ORIGIN_NOT_ALLOWED, siteId);
    return { ...event, siteId };
  }

  /** The address of the doors is that of the questions here, which no limit turns away. Throws GraphQLError. */
  private async admit({ req }: HttpContext): Promise<void> {
    if (!this.limits.limitsAddresses) return;
    const retryAfter = await this.limits.ofAddress(req);
    if (retryAfter === 0) return;
    this.metrics.countRejected('rate_limited');
    const extensions = { code: 'RATE_LIMITED', reason: 'rate_limited', retryAfter };
    throw new GraphQLError(TOO_OFTEN, { extensions });
  }
}

function rejected(reason: string, messages: readonly string[]): GraphQLError {
  const status = statusOf(reason);
  const code = status === 404 ? 'NOT_FOUND' : status === 403 ? 'FORBIDDEN' : 'BAD_USER_INPUT';
  return new GraphQLError(messages.join('; '), { extensions: { code, reason, messages } });
}
