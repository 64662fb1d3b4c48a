import { STATUS_CODES } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { senderKey } from '#access/sender-key.js';
import type { Config } from '#config/config.js';
import { CONFIG, LOGGER } from '#config/tokens.js';
import type { Logger } from '#telemetry/logger.js';

import { actAs } from './acting.js';
import { Accounts } from './accounts.js';
import { type AuthPath, authPaths } from './door-paths.js';
import { provesAddresses } from './auth.js';
import { AuthRefusal } from './auth-refusal.js';
import { type Body, bodyOf } from './door-body.js';
import { sameOrigin } from './same-origin.js';
import { Sessions } from './sessions.js';
import { SignUp } from './sign-up.js';
import { Throttle, type Taken } from './throttle.js';

const BASE = '/api/auth/';
const BODY_BYTES = 16 * 1024;
/**
 * No refusal of a sign-in comes sooner, and no answer to who registers or wants a link: how much there was to look up must not
 * show. Longer than any of them takes.
 */
const ANSWER_AFTER_MS = 200;
const FREE: Taken = { wait: 0, undo: () => Promise.resolve() };

/** The library over HTTP: listed paths with listed fields, JSON alone, from this dashboard's pages alone, counted. */
@Injectable()
export class AuthDoor {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'accounts'>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly accounts: Accounts,
    private readonly sessions: Sessions,
    private readonly throttle: Throttle,
    private readonly signUp: SignUp,
  ) {}

  /** Call once, before the server listens. */
  open(server: FastifyInstance): void {
    const config = { programsOnly: true };
    const handler = (request: FastifyRequest, reply: FastifyReply) => this.answer(request, reply);
    for (const [path, { method }] of Object.entries(authPaths))
      server.route({
        method,
        url: `${BASE}${path}`,
        bodyLimit: BODY_BYTES,
        config,
        handler,
        exposeHeadRoute: false,
      });
  }

  private async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    void reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    try {
      return await this.pass(request, reply);
    } catch (error) {
      if (error instanceof AuthRefusal) return refuse(reply, error);
      this.logger.error({ err: error, requestId: request.id }, 'a request about accounts failed');
      return refuse(
        reply,
        new AuthRefusal(500, 'INTERNAL', `internal error; the log has more under request ${request.id}`),
      );
    }
  }

  private async pass(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const [given = '', query = ''] = request.url.slice(BASE.length).split('?', 2);
    // The router takes both.
    const path = given.replace(/\/$/, '');
    const rules = authPaths[path];
    if (!rules) throw new AuthRefusal(404, 'NOT_FOUND', 'there is nothing at this address');
    const until = performance.now() + ANSWER_AFTER_MS;
    const { publicUrl } = this.config.accounts;
    if (rules.method === 'POST' && !sameOrigin(request.headers, publicUrl))
      throw new AuthRefusal(403, 'FORBIDDEN_ORIGIN', `origin must be ${publicUrl}`);
    const body = bodyOf(request.body, rules);
    const tries = await this.count(rules, body, request.ip);
    if (tries.wait > 0) {
      void reply.header('retry-after', String(tries.wait));
      throw new AuthRefusal(429, 'TOO_MANY_TRIES', `too many tries; try again in ${tries.wait} seconds`);
    }
    const ask = () => this.ask(request, path, query, rules, body);
    const response = await this.inContext(path, request, body, ask);
    if (response.ok && (rules.counts === 'sign-in' || rules.counts === 'password' || rules.counts === 'code'))
      await tries.undo();
    if (['mail', 'sign-up'].includes(rules.counts ?? '') || (rules.counts === 'sign-in' && !response.ok))
      await sleep(Math.max(0, until - performance.now()));
    return this.give(response, request, reply);
  }

  /** What may come of a request is decided here; the library does the rest. */
  private async inContext(
    path: string,
    request: FastifyRequest,
    body: Body,
    ask: () => Promise<Response>,
  ): Promise<Response> {
    if (path === 'sign-up/email') return this.signUp.run(request, body, ask);
    if (path === 'callback/oidc') {
      const organization = this.config.accounts.signUp === 'open' ? '' : undefined;
      return actAs({ made: { organization } }, ask);
    }
    return actAs({}, ask);
  }

  private ask(
    { headers }: FastifyRequest,
    path: string,
    query: string,
    { method, fixed, query: known = [] }: AuthPath,
    body: Body,
  ): Promise<Response> {
    const { publicUrl } = this.config.accounts;
    // Those two are ours.
    const sent = { ...body };
    delete sent['invitation'];
    delete sent['organization'];
    // Of the headers only these arrive: none that says where the request came from.
    const passed = new Headers({ origin: publicUrl, 'content-type': 'application/json' });
    if (headers.cookie !== undefined) passed.set('cookie', headers.cookie);
    if (headers['user-agent'] !== undefined) passed.set('user-agent', headers['user-agent'].slice(0, 300));
    const given = new URLSearchParams(query);
    for (const name of [...given.keys()]) if (!known.includes(name)) given.delete(name);
    const url = `${publicUrl}${BASE}${path}${given.size === 0 ? '' : `?${given.toString()}`}`;
    return this.accounts.auth.handler(
      new Request(url, {
        method,
        headers: passed,
        ...(method === 'POST' && { body: JSON.stringify({ ...sent, ...fixed }) }),
      }),
    );
  }

  private async give(
    response: Response,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const cookies = response.headers.getSetCookie();
    if (response.ok || response.status === 302)
      await this.sessions.endReplaced(request.headers.cookie, cookies);
    if (cookies.length > 0) void reply.header('set-cookie', cookies);
    const location = response.headers.get('location');
    if (location !== null && response.status >= 300 && response.status < 400)
      return reply.code(302).header('location', location).send();
    const text = await response.text();
    const answer = text === '' ? {} : ((JSON.parse(text) as Record<string, unknown> | null) ?? {});
    if (response.ok) {
      // The token is the cookie's alone: no script may read it.
      delete answer['token'];
      return reply.code(200).send(answer);
    }
    const { code, message } = answer as { code?: unknown; message?: unknown };
    if (response.status >= 500) throw new Error(`the library answered ${response.status}`);
    if (code === 'INVALID_EMAIL_OR_PASSWORD' || code === 'EMAIL_NOT_VERIFIED')
      throw notSignedIn(provesAddresses(this.config.accounts));
    throw new AuthRefusal(
      response.status,
      typeof code === 'string' ? code : 'REFUSED',
      typeof message === 'string' ? message : 'this was refused',
    );
  }

  private count({ counts }: AuthPath, body: Body, ip: string): Promise<Taken> {
    const email = (body['email'] ?? '').toLowerCase();
    const address = senderKey(ip);
    switch (counts) {
      case 'sign-in':
        return this.throttle.takeSignIn(email, ip);
      case 'mail':
        return this.throttle.take({ mail: email, 'mail-address': address });
      case 'sign-up':
        // One way or the other it is answered by a mail.
        return this.throttle.take({ mail: email, 'sign-up': address });
      case undefined:
        return Promise.resolve(FREE);
      default:
        return this.throttle.take({ [counts]: address });
    }
  }
}

/**
 * The same for an address that was never confirmed: whoever registers an address and then signs in would learn whether it had been
 * taken before.
 */
const notSignedIn = (confirms: boolean): AuthRefusal =>
  new AuthRefusal(
    401,
    'INVALID_EMAIL_OR_PASSWORD',
    `the e-mail address or the password is wrong${confirms ? ', or the address is not confirmed yet' : ''}`,
  );

function refuse(reply: FastifyReply, { status, code, message, field }: AuthRefusal): FastifyReply {
  const error = STATUS_CODES[status] ?? 'Error';
  return reply.code(status).send({ statusCode: status, message: [message], error, code, field });
}
