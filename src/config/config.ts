/** Everything the environment may set, read and checked once by `readConfig` (docs/configuration.md lists it). */
export interface Config {
  readonly production: boolean;
  readonly role: Role;
  /** Processes that answer behind the port; 1: this one alone. */
  readonly apiProcesses: number;
  readonly host: string;
  readonly port: number;
  /** Proxies before this process whose `X-Forwarded-For` is believed. */
  readonly proxyHops: number;
  /** Of a proxy, in lower case; undefined: none is believed. */
  readonly countryHeader: string | undefined;
  /** Events of one site in a second; undefined: as many as come. */
  readonly rateLimitSite: number | undefined;
  /** Requests of one address in a second; undefined: as many as come. */
  readonly rateLimitAddress: number | undefined;
  /** Absolute path. */
  readonly dataDir: string;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Undefined: whoever answers does so as the owner of the tables, or under a login that is made for it. */
  readonly databaseApiUrl: string | undefined;
  /** Undefined: questions are answered by the same server. */
  readonly databaseReplicaUrl: string | undefined;
  /** Undefined: the embedded nats-server. */
  readonly natsUrl: string | undefined;
  readonly natsMonitorUrl: string | undefined;
  /** Undefined: what the log's own record says, else 4. */
  readonly partitions: number | undefined;
  /** Projectors that this process runs, each in a thread. */
  readonly projectors: number;
  /** Servers that keep each stream of the log; undefined: as fits the NATS server. */
  readonly logReplicas: number | undefined;
  /** Share of the machine that building read models may take, 0.05 to 1. */
  readonly rebuildShare: number;
  readonly acceptUnsynced: boolean;
  readonly open: boolean;
  readonly accounts: AccountsConfig;
  /** Milliseconds between two verifications; undefined: none by itself. */
  readonly verifyEvery: number | undefined;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** Of sign-in; without effect in open mode. */
export interface AccountsConfig {
  /** Origin where people reach the dashboard, without a slash at its end. */
  readonly publicUrl: string;
  /** Undefined: the one in the data folder. */
  readonly secret: string | undefined;
  readonly signUp: 'invited' | 'open';
  /** The first owner, made at the start where there is nobody yet. */
  readonly admin: { readonly email: string; readonly password: string } | undefined;
  /** Undefined: what would be sent is logged. */
  readonly mail: { readonly smtpUrl: string; readonly from: string } | undefined;
  readonly oidc:
    | {
        readonly issuer: string;
        readonly clientId: string;
        readonly clientSecret: string;
        readonly name: string;
      }
    | undefined;
}

export type Role = 'all' | 'api' | 'projector';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';
export type LogFormat = 'pretty' | 'json';
