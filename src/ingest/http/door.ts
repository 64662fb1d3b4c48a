import type { FastifyRequest } from 'fastify';

import type { BodyFormat } from './body-formats.js';

/** An address that events come in by, with everything that its HTTP is: `src/ingest/doors.ts` lists them. */
export interface Door {
  /** As the router knows it; a trailing slash is the same address. */
  readonly url: string;
  /** Any other is answered with 405. Absent: not a sender's address, only its bodies are bounded here. */
  readonly methods?: readonly ('GET' | 'POST')[];
  /** Bytes, packed and unpacked. */
  readonly bodyLimit: number;
  readonly body: BodyFormat;
  /** Which pages of browsers may send; none where absent. */
  readonly cors?: Cors;
  /** The wire format, where it is not our own. */
  readonly dialect?: string;
  /** How the dialect answers a request that is refused whole; absent: in the one shape of our errors. */
  readonly refusal?: (status: number, messages: readonly string[]) => DialectRefusal;
}

/** No door reads a session, so a page of any origin may send. */
export interface Cors {
  /** `mirrored` lets a browser send its cookies along, which nobody here reads: clients that always do need it. */
  readonly origin: 'any' | 'mirrored';
  /** What a preflight allows: these, or whatever it asks for. */
  readonly headers: readonly string[] | 'asked';
}

export interface DialectRefusal {
  readonly status: number;
  readonly body: object | string | Buffer;
  /** Of the body, where it is not JSON. */
  readonly type?: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    door?: Door;
    /** Answers are small and for programs, never shown as a page. */
    programsOnly?: boolean;
  }
}

/** The door of the address that was asked for, if it is one. */
export function doorOf(request: FastifyRequest): Door | undefined {
  return request.routeOptions.config.door;
}
