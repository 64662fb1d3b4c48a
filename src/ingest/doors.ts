import { anyJson, eventJson, eventLines, ignoredBody, programJson } from './http/body-formats.js';
import type { Cors, Door } from './http/door.js';
import { errorBody } from './http/error-body.js';
import { BATCH_BODY_BYTES, EVENT_BODY_BYTES } from './http/limits.js';
import { pixelRefusal } from './dialects/pixel.js';
import { posthogRefusal } from './dialects/posthog/answers.js';
import { posthogBody } from './dialects/posthog/body.js';
import { POSTHOG_BATCH, POSTHOG_CAPTURE } from './dialects/posthog/events.js';
import { SEGMENT_CALLS } from './dialects/segment/messages.js';
import { umamiRefusal } from './dialects/umami/payload.js';

const KB = 1024;
const MB = 1024 * KB;
const OWN: Cors = {
  origin: 'any',
  headers: ['content-type', 'content-encoding', 'x-request-id', 'authorization', 'x-write-key'],
};

/**
 * Every address that takes a body of its own kind; one that is not listed takes JSON of 128 KB, for programs alone.
 * `/api/event` is ours and Plausible's: its controller tells them apart by the body.
 */
export const DOORS: readonly Door[] = [
  { url: '/api/event', methods: ['POST'], bodyLimit: EVENT_BODY_BYTES, body: eventJson, cors: OWN },
  { url: '/api/events', methods: ['POST'], bodyLimit: BATCH_BODY_BYTES, body: eventLines, cors: OWN },
  { url: '/graphql', bodyLimit: BATCH_BODY_BYTES, body: programJson },

  ...Object.keys(SEGMENT_CALLS).map((call) => segment(`/v1/${call}`, 32 * KB)),
  segment('/v1/batch', 500 * KB),
  segment('/v1/b', 500 * KB),
  { ...segment('/v1/m', 32 * KB), body: ignoredBody },
  { ...segment('/v1/projects/:writeKey/settings', KB), methods: ['GET'] },

  ...POSTHOG_CAPTURE.map((url) => posthog(`/${url}`, 2 * MB)),
  posthog(`/${POSTHOG_BATCH}`, 20 * MB),
  { ...posthog('/i/v1/analytics/events', 20 * MB), methods: ['POST'] },
  { ...posthog('/array/:token/config', KB), methods: ['GET'] },
  { ...posthog('/array/:token/config.js', KB), methods: ['GET'] },
  { ...posthog('/flags', MB), methods: ['POST'], body: ignoredBody },
  { ...posthog('/decide', MB), methods: ['POST'], body: ignoredBody },

  umami('/api/send', 128 * KB),
  umami('/api/batch', MB),

  { url: '/webhook', methods: ['POST'], bodyLimit: 128 * KB, body: anyJson, dialect: 'webhook' },
  {
    url: '/pixel.gif',
    methods: ['GET'],
    bodyLimit: KB,
    body: ignoredBody,
    dialect: 'pixel',
    refusal: pixelRefusal,
  },
];

const SEGMENT_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 429, 503]);
/** Where events come in. */
export const DOOR_ADDRESSES: ReadonlySet<string> = new Set(DOORS.map(({ url }) => url));
/** And nothing else is: pages of any site may send there. */
export const SENDERS_ADDRESSES: ReadonlySet<string> = new Set(
  DOORS.flatMap(({ url, methods }) => (methods ? [url] : [])),
);

/** The client of browsers sends `Authorization`, so there is a preflight for all of its `text/plain`. */
function segment(url: string, bodyLimit: number): Door {
  return {
    url,
    methods: ['POST'],
    bodyLimit,
    body: anyJson,
    cors: { origin: 'any', headers: 'asked' },
    dialect: 'segment',
    // Every fault of an event is a 400 there, and the clients give up on it; what is not theirs they send again. Keys are told apart.
    refusal: (given, messages) => {
      const status = SEGMENT_STATUSES.has(given) ? given : 400;
      return { status, body: errorBody(status, messages) };
    },
  };
}

function posthog(url: string, bodyLimit: number): Door {
  return {
    url,
    methods: ['GET', 'POST'],
    bodyLimit,
    body: posthogBody,
    cors: { origin: 'mirrored', headers: 'asked' },
    dialect: 'posthog',
    refusal: posthogRefusal,
  };
}

function umami(url: string, bodyLimit: number): Door {
  return {
    url,
    methods: ['POST'],
    bodyLimit,
    body: anyJson,
    cors: { origin: 'any', headers: 'asked' },
    dialect: 'umami',
    refusal: umamiRefusal,
  };
}
