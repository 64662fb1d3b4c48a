import type { startIngest } from '../ingest-app.js';
import { GOOD, type IngestApp } from '../ingest-app.js';

/** One request to the doors and its answer. */
export interface BadInput {
  /** In the catalogue, 1 to 69. */
  readonly no: number;
  readonly name: string;
  readonly sent?: Sent;
  readonly answer?: Answered;
  /** Where a request and its answer do not say it. */
  readonly run?: (lab: BadInputLab) => Promise<void>;
  /** Takes seconds, most of which it waits. */
  readonly slow?: boolean;
}

export interface Sent {
  /** `/api/event` unless named. */
  readonly door?: string;
  /** A string or bytes go as they are, anything else as JSON. Absent: GET. */
  readonly body?: unknown;
  /** JSON unless named; null sends none. */
  readonly type?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  /** What is counted for it; none where nothing is refused. */
  readonly code?: string;
  /** All messages of an error in our own shape. */
  readonly message?: readonly string[];
  /** What else the body has. */
  readonly body?: object;
  /** What each stored event has; one event where the status is a success, else none. */
  readonly stored?: readonly object[];
}

export interface BadInputLab {
  readonly product: IngestApp;
  /** Another product; it ends with the case. */
  readonly start: typeof startIngest;
  /** Sends bytes over a socket of their own; resolves with all that came back once it is closed. */
  readonly raw: (text: string) => Promise<string>;
}

export const json = JSON.stringify(GOOD);
/** The good event with more text inside its braces. */
export const withText = (fields: string): string => `${json.slice(0, -1)},${fields}}`;

export const ok = (no: number, name: string, body: unknown, stored: object = {}): BadInput => ({
  no,
  name,
  sent: { body },
  answer: { status: 202, stored: [stored] },
});

export const bad = (
  no: number,
  name: string,
  body: unknown,
  code: string,
  ...message: string[]
): BadInput => ({
  no,
  name,
  sent: { body },
  answer: { status: 400, code, message },
});

/** The good event with these fields; without messages it is stored as it is, or as `stored`. */
export const field = (no: number, name: string, fields: object, stored: object = {}): BadInput =>
  ok(no, name, { ...GOOD, ...fields }, stored);

export const badField = (no: number, name: string, fields: object, ...message: string[]): BadInput => {
  const snake = (message[0]?.split(/[ .]/, 1)[0] ?? '').replaceAll(/[A-Z]/g, (l) => `_${l.toLowerCase()}`);
  return bad(no, name, { ...GOOD, ...fields }, `invalid_${snake}`, ...message);
};

/** Properties as text, so that they may say what no object can. */
export const properties = (no: number, name: string, text: string, stored?: object): BadInput =>
  ok(no, name, withText(`"properties":${text}`), stored === undefined ? {} : { properties: stored });

export const badProperties = (no: number, name: string, text: string, message: string): BadInput =>
  bad(no, name, withText(`"properties":${text}`), 'invalid_properties', message);
