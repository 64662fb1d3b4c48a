import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';

import type { Logger } from '#telemetry/logger.js';
import type { Metrics } from '#telemetry/metrics.js';

import { programJson, typesInWords } from './body-formats.js';
import { doorOf, type DialectRefusal } from './door.js';
import { methodNotAllowed } from './doors.js';
import type { RefusalCode } from '../refusal-codes.js';
import { errorBody, internalError, RefusedRequest } from './error-body.js';
import { spreadSeconds } from '../retry-after.js';

/** What is known of a request whose body was not looked at, or could not be. */
export interface RefusedCall {
  readonly dialect: string;
  readonly reason: string;
  readonly messages: readonly string[];
  readonly site?: string | undefined;
}

interface Refusal {
  readonly status: number;
  readonly messages: readonly string[];
  readonly reason?: RefusalCode;
  readonly site?: string | undefined;
}

/** Gives every HTTP error its one shape. Never a stack, never 500 for input; GraphQL formats and logs its own errors. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly metrics: Metrics,
    private readonly allowedMethods: (url: string) => readonly string[],
    /** Told of each request to a door that is refused whole. */
    private readonly refused: (refusal: RefusedCall) => void,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): unknown {
    if (host.getType<string>() !== 'http') return exception;
    const http = host.switchToHttp();
    this.answer(exception, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
    return undefined;
  }

  private answer(exception: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.sent || reply.raw.headersSent) return;
    if (request.is404) return this.notFound(request, reply);
    const refusal = refusalOf(exception, request);
    if (refusal) {
      const { status, messages, reason, site } = refusal;
      const door = doorOf(request);
      if (reason !== undefined) {
        this.metrics.countRejected(reason, door?.dialect);
        // What takes other bodies than events is no sender's address; what may come again is not lost, and may come by the thousand.
        if (door?.methods && status !== 429 && status !== 503)
          this.refused({ reason, messages, site, dialect: door.dialect ?? 'tidemark' });
      }
      if (status === 503) {
        if (!reply.hasHeader('retry-after')) void reply.header('retry-after', String(spreadSeconds()));
        // Fastify closes wherever its parser fails. This body was read to its end, and a flood should not open connections too.
        void reply.removeHeader('connection');
      }
      const answer: DialectRefusal = door?.refusal?.(status, messages) ?? {
        status,
        body: { ...errorBody(status, messages), ...(status === 503 && { reason }) },
      };
      if (answer.type !== undefined) void reply.type(answer.type);
      void reply.code(answer.status).send(answer.body);
      return;
    }
    this.logger.error(
      { err: exception, requestId: request.id, route: request.routeOptions.url },
      'request failed',
    );
    void reply.code(500).send(errorBody(500, [internalError(request.id)]));
  }

  private notFound(request: FastifyRequest, reply: FastifyReply): void {
    const allowed = this.allowedMethods(request.url.split('?', 1)[0] ?? '');
    if (allowed.length > 0) void methodNotAllowed(reply, allowed);
    else
      void reply.code(404).send(errorBody(404, ['there is nothing at this address; /api/docs lists them']));
  }
}

function refusalOf(exception: unknown, request: FastifyRequest): Refusal | undefined {
  if (exception instanceof RefusedRequest) {
    const { reason, siteId: site } = exception;
    return { status: exception.getStatus(), messages: messagesOf(exception), reason, site };
  }
  if (exception instanceof HttpException) {
    const status = exception.getStatus();
    // Nest has already dressed Fastify's own errors as its own.
    if (status === 413) return tooLarge(request);
    if (status === 415) return wrongType(request);
    return status === 500 ? undefined : { status, messages: messagesOf(exception) };
  }
  // Who asks is found out in one way for GraphQL and for REST.
  if (exception instanceof GraphQLError && exception.extensions['code'] === 'UNAVAILABLE')
    return { status: 503, messages: [exception.message] };
  return fastifyRefusal(exception, request);
}

function fastifyRefusal(exception: unknown, request: FastifyRequest): Refusal | undefined {
  if (!(exception instanceof Error)) return undefined;
  const { code, statusCode } = exception as { code?: unknown; statusCode?: unknown };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return tooLarge(request);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return wrongType(request);
  if (code === 'ECONNRESET') return { status: 400, messages: ['the request ended before its body did'] };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  return { status: statusCode, messages: [exception.message] };
}

function tooLarge(request: FastifyRequest): Refusal {
  const message = `body must be at most ${request.routeOptions.bodyLimit.toLocaleString('en')} bytes`;
  return { status: 413, messages: [message], reason: 'body_too_large' };
}

function wrongType(request: FastifyRequest): Refusal {
  const message = typesInWords(doorOf(request)?.body ?? programJson);
  return { status: 415, messages: [message], reason: 'unsupported_media_type' };
}

function messagesOf(exception: HttpException): readonly string[] {
  const response = exception.getResponse();
  if (typeof response === 'string') return [response];
  const message: unknown = 'message' in response ? response.message : exception.message;
  return (Array.isArray(message) ? message : [message]).map(String);
}
