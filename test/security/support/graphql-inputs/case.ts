import type { WebSocket } from 'ws';

import type { ApiApp } from '../../../e2e/support/api-app.js';

/** One thing that somebody may send to `/graphql`, and what comes of it. */
export interface GraphqlInput {
  /** In the catalogue, 70 to 91. */
  readonly no: number;
  readonly name: string;
  readonly sent?: SentGraphql;
  readonly answer?: AnswerGraphql;
  /** At the most, milliseconds. */
  readonly within?: number;
  /** Where a request and its answer do not say it. */
  readonly run?: (lab: GraphqlLab) => Promise<void>;
}

export interface AnswerGraphql {
  readonly status: number;
  /** Of the first error. Neither this nor `message`: it is answered. */
  readonly code?: string;
  /** Of what reads bodies, before anything of GraphQL does: in the shape of all doors. */
  readonly message?: string;
  readonly says?: RegExp;
}

export interface SentGraphql {
  /** POST unless named. */
  readonly method?: string;
  /** After `/graphql`. */
  readonly search?: string;
  /** A string goes as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GraphqlLab {
  /** As in production, over a database with the site `shop`. */
  readonly api: ApiApp;
  /** Signed in. */
  readonly person: ApiApp;
  /** Opened, and nothing sent. */
  readonly socket: (of?: ApiApp, headers?: Record<string, string>) => Promise<WebSocket>;
  /** The next message, or the code with which it was closed. */
  readonly next: (socket: WebSocket) => Promise<Record<string, unknown> | number>;
  /** HTTP status of an upgrade; 101 where it is let in, 0 where it is cut. */
  readonly upgrade: (path: string, headers: Record<string, string>) => Promise<number>;
}

export const RANGE = 'range: {from: "2026-05-16", to: "2026-05-17"}';
export const ofShop = (field: string): string => `{ site(id: "shop") { ${field} { __typename } } }`;

/** A query, and the code of the errors that answer it. */
export const query = (
  no: number,
  name: string,
  text: string,
  code?: string,
  more: { status?: number; says?: RegExp; within?: number; variables?: unknown } = {},
): GraphqlInput => ({
  no,
  name,
  sent: { body: { query: text, ...(more.variables !== undefined && { variables: more.variables }) } },
  answer: {
    status: more.status ?? (code === undefined || code === 'BAD_USER_INPUT' ? 200 : 400),
    ...(code !== undefined && { code }),
    ...(more.says && { says: more.says }),
  },
  ...(more.within !== undefined && { within: more.within }),
});
