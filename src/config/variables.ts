import {
  numberBetween,
  oneOf,
  path,
  timeOrOff,
  trueOrFalse,
  url,
  wholeNumber,
  wholeNumberOrOff,
  type Reader,
} from './readers.js';
import { accountVariables } from './account-variables.js';

/** One setting: how it is read and how it is described. */
export interface Variable<T> {
  readonly description: string;
  /** Value when unset, as it would be written; undefined: see the description. */
  readonly fallback?: string;
  readonly example: string;
  readonly read: Reader<T>;
  /** Must be set with NODE_ENV=production. */
  readonly required?: boolean;
}

/** Every variable that Tidemark reads. docs/configuration.md is made from it, and docker-compose.yml is checked against it. */
export const variables = {
  PORT: {
    description: 'Port of the dashboard, GraphQL and the HTTP doors.',
    fallback: '3000',
    example: '3000',
    read: wholeNumber(1, 65_535),
  },
  HOST: {
    description:
      'Address to listen on. With TIDEMARK_OPEN=true anything but loopback is refused: nobody has to sign in there.',
    fallback: '127.0.0.1',
    example: '0.0.0.0',
    read: hostName,
  },
  TIDEMARK_PROXY_HOPS: {
    description:
      'How many proxies of your own stand before Tidemark, 0 to 10. The address of a sender, which is used and never stored, is then the one that the first of them has written into `X-Forwarded-For`; with 0 that header is not believed.',
    fallback: '0',
    example: '1',
    read: wholeNumber(0, 10),
  },
  TIDEMARK_COUNTRY_HEADER: {
    description:
      'Header in which a proxy of your own writes the country of a sender, two letters. Unset: the country is looked up in a database that ships with Tidemark.',
    example: 'CF-IPCountry',
    read: headerName,
  },
  TIDEMARK_RATE_LIMIT_SITE: {
    description:
      'How many events a site may send in a second, on the average of ten; whoever sends more is answered with 429 and `Retry-After`. `off`: as many as come ([which to choose](operating.md#rate-limits)).',
    fallback: 'off',
    example: '500',
    read: wholeNumberOrOff(1, 100_000),
  },
  TIDEMARK_RATE_LIMIT_ADDRESS: {
    description:
      'How many requests that bring events an address may send in a second, on the average of ten; of IPv6 a network of 64 bits. Behind a proxy set TIDEMARK_PROXY_HOPS, or all its senders are one. `off`: as many as come.',
    fallback: 'off',
    example: '50',
    read: wholeNumberOrOff(1, 100_000),
  },
  DATABASE_URL: {
    description: 'PostgreSQL for the read models. Unset: an embedded PostgreSQL 18 in the data folder.',
    example: 'postgres://tidemark:secret@db.example.org:5432/tidemark',
    read: url(['postgres:', 'postgresql:'], { path: true }),
    required: true,
  },
  DATABASE_API_URL: {
    description:
      'The database of DATABASE_URL under a login of its own for whoever answers: a member of `tidemark_api`, which reads one tenant at a time ([how to make it](operating.md#two-logins-of-the-database)). Must be set with DATABASE_URL where somebody has to sign in (TIDEMARK_OPEN=false). Unset: made by itself for the embedded PostgreSQL.',
    example: 'postgres://tidemark_web:secret@db.example.org:5432/tidemark',
    read: url(['postgres:', 'postgresql:'], { path: true }),
  },
  DATABASE_REPLICA_URL: {
    description:
      'A streaming replica of DATABASE_URL, from which every question is answered; orders and settings go to DATABASE_URL. Where people sign in, under the login of DATABASE_API_URL. Unset: questions go to DATABASE_URL too.',
    example: 'postgres://tidemark_web:secret@replica.example.org:5432/tidemark',
    read: url(['postgres:', 'postgresql:'], { path: true }),
  },
  NATS_URL: {
    description:
      'NATS server with JetStream for the log; several of one cluster with commas between. Unset: an embedded nats-server with its store in the data folder.',
    example: 'nats://nats.example.org:4222',
    read: url(['nats:', 'tls:'], { several: true }),
    required: true,
  },
  NATS_MONITOR_URL: {
    description:
      'Monitoring address of the NATS server; of a cluster those of all its servers, with commas between. From it Tidemark proves that acknowledged events are on disk (`sync_interval: always`). Unset: known for the embedded server; for another one durability is shown as unproven.',
    example: 'http://nats.example.org:8222',
    read: url(['http:', 'https:'], { several: true }),
  },
  TIDEMARK_DATA_DIR: {
    description:
      'Folder for the embedded servers, their logs, and runtime.json, which tells the command line where a running Tidemark is.',
    fallback: '.tidemark',
    example: '/var/lib/tidemark',
    read: path,
  },
  TIDEMARK_ROLE: {
    description:
      'What this process does: `api` takes events and answers queries, `projector` keeps the read models, `all` does both.',
    fallback: 'all',
    example: 'api',
    read: oneOf('all', 'api', 'projector'),
  },
  TIDEMARK_API_PROCESSES: {
    description:
      'Processes that answer behind the port of a role `api`, 1 to 32; the one that is started supervises them and replaces one that dies ([more](operating.md#several-processes-behind-one-port)). The other roles answer in one.',
    fallback: '1',
    example: '2',
    read: wholeNumber(1, 32),
  },
  TIDEMARK_PARTITIONS: {
    description:
      'Partitions of the log, 1 to 64. Can be raised later, for sites created from then on, and never lowered. Unset: what the log itself records, and 4 for a new one.',
    example: '8',
    read: wholeNumber(1, 64),
  },
  TIDEMARK_PROJECTORS: {
    description:
      'Projectors that this process runs, 1 to 64, each in a thread of its own; they share the partitions with those of other processes. More than there are partitions find nothing to do. Unset: one for each processor, at most 4.',
    example: '2',
    read: wholeNumber(1, 64),
  },
  TIDEMARK_LOG_REPLICAS: {
    description:
      'How many servers of a NATS cluster keep each event, 1 to 5 (3 survives the loss of one). Streams that have fewer get as many at the next start, and none is ever given fewer. Unset: 3 for streams that are made on a cluster of three or more, 1 elsewhere.',
    example: '3',
    read: wholeNumber(1, 5),
  },
  TIDEMARK_REBUILD_SHARE: {
    description:
      'Share of the machine, 0.05 to 1, that building read models from the log may take beside live traffic. Of each process that builds.',
    fallback: '0.5',
    example: '0.25',
    read: numberBetween(0.05, 1),
  },
  TIDEMARK_ACCEPT_UNSYNCED: {
    description:
      'Start even if the NATS server is proven to acknowledge events before they are on disk. A power cut can then lose them.',
    fallback: 'false',
    example: 'true',
    read: trueOrFalse,
  },
  TIDEMARK_OPEN: {
    description:
      'No sign-in and no keys, for a look around: whoever reaches the port may send and read, and a site is made by its first event. On loopback alone.',
    fallback: 'false',
    example: 'true',
    read: trueOrFalse,
  },
  ...accountVariables,
  TIDEMARK_VERIFY_EVERY: {
    description:
      'How often ledger, duplicates and read models are computed anew from the log and compared with what is recorded: a number with `min`, `h` or `d`, at least 10min; `off`: only when ordered.',
    fallback: '24h',
    example: '7d',
    read: timeOrOff(10 * 60_000),
  },
  TIDEMARK_LOG_LEVEL: {
    description: 'Least severe line that is logged.',
    fallback: 'info',
    example: 'debug',
    read: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal'),
  },
  TIDEMARK_LOG_FORMAT: {
    description:
      '`pretty` for people, `json` (one object a line) for collectors. Unset: pretty on a terminal outside production, else json.',
    example: 'json',
    read: oneOf('pretty', 'json'),
  },
  NODE_ENV: {
    description:
      'With `production` nothing is embedded, DATABASE_URL and NATS_URL must be set and must not point at this machine, and the GraphQL explorer is off.',
    example: 'production',
    read: (value: string) => ({ ok: true, value }) as const,
  },
} satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof variables;

/** What reading it gives. */
export type Value<N extends VariableName> =
  ReturnType<(typeof variables)[N]['read']> extends infer R
    ? R extends { ok: true; value: infer T }
      ? T
      : never
    : never;

function headerName(text: string): ReturnType<Reader<string>> {
  const valid = /^[A-Za-z0-9-]{1,64}$/.test(text);
  return valid
    ? { ok: true, value: text.toLowerCase() }
    : { ok: false, fault: `"${text}" is not the name of a header` };
}

function hostName(value: string): ReturnType<Reader<string>> {
  return /^[A-Za-z0-9.:_-]+$/.test(value)
    ? { ok: true, value }
    : { ok: false, fault: `${JSON.stringify(value)} is neither an address nor a host name` };
}
