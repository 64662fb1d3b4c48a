import { availableParallelism } from 'node:os';
import type { Config } from './config.js';
import { isLoopback } from './loopback.js';
import { accountFaults, accountsConfig } from './read-accounts.js';
import { StartupError } from './startup-error.js';
import { variables, type Value, type Variable, type VariableName } from './variables.js';

/** By default: a new log has four partitions. */
const MOST_PROJECTORS = 4;
/** By default: each takes 150 MB and more, and what they share has to keep up. */

/**
 * Reads and checks the environment. An empty variable counts as unset. A command of the command line (`serves: false`) needs
 * nothing that only lets people in.
 * @throws StartupError that lists every fault at once.
 */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  { terminal = process.stdout.isTTY === true, serves = true } = {},
): Config {
  const faults: string[] = [];
  const read = <N extends VariableName>(name: N): Value<N> | undefined => {
    const variable: Variable<unknown> = variables[name];
    const text = env[name]?.trim() || variable.fallback;
    if (text === undefined) return undefined;
    const result = variable.read(text);
    if (result.ok) return result.value as Value<N>;
    faults.push(`${name}: ${result.fault}. Example: ${name}=${variable.example}`);
    return undefined;
  };

  const production = read('NODE_ENV') === 'production';
  const role = read('TIDEMARK_ROLE') ?? 'all';
  const processors = availableParallelism();
  const host = read('HOST') ?? '127.0.0.1';
  const port = read('PORT') ?? 3000;
  const config: Config = {
    production,
    role,
    apiProcesses: read('TIDEMARK_API_PROCESSES') ?? 1,
    host,
    port,
    proxyHops: read('TIDEMARK_PROXY_HOPS') ?? 0,
    countryHeader: read('TIDEMARK_COUNTRY_HEADER'),
    rateLimitSite: read('TIDEMARK_RATE_LIMIT_SITE'),
    rateLimitAddress: read('TIDEMARK_RATE_LIMIT_ADDRESS'),
    dataDir: read('TIDEMARK_DATA_DIR') ?? '',
    databaseUrl: read('DATABASE_URL'),
    databaseApiUrl: read('DATABASE_API_URL'),
    databaseReplicaUrl: read('DATABASE_REPLICA_URL'),
    natsUrl: read('NATS_URL'),
    natsMonitorUrl: read('NATS_MONITOR_URL'),
    partitions: read('TIDEMARK_PARTITIONS'),
    projectors: read('TIDEMARK_PROJECTORS') ?? Math.min(processors, MOST_PROJECTORS),
    logReplicas: read('TIDEMARK_LOG_REPLICAS'),
    rebuildShare: read('TIDEMARK_REBUILD_SHARE') ?? 0.5,
    acceptUnsynced: read('TIDEMARK_ACCEPT_UNSYNCED') ?? false,
    open: read('TIDEMARK_OPEN') ?? false,
    accounts: accountsConfig(read, host, port),
    verifyEvery: read('TIDEMARK_VERIFY_EVERY'),
    logLevel: read('TIDEMARK_LOG_LEVEL') ?? 'info',
    logFormat: read('TIDEMARK_LOG_FORMAT') ?? (terminal && !production ? 'pretty' : 'json'),
  };

  faults.push(...unknownVariables(env), ...accountFaults(config, env, serves));
  if (config.databaseReplicaUrl !== undefined && config.databaseUrl === undefined)
    faults.push(
      'DATABASE_REPLICA_URL: it is a replica of the server in DATABASE_URL, which is not set. ' +
        `Example: DATABASE_URL=${variables.DATABASE_URL.example}`,
    );
  if (config.databaseApiUrl !== undefined && config.databaseUrl === undefined)
    faults.push(
      'DATABASE_API_URL: it is another login of the server in DATABASE_URL, which is not set. ' +
        `Example: DATABASE_URL=${variables.DATABASE_URL.example}`,
    );
  if (
    serves &&
    !config.open &&
    role !== 'projector' &&
    config.databaseUrl &&
    config.databaseApiUrl === undefined
  )
    faults.push(
      'DATABASE_API_URL: must be set where somebody has to sign in, to a login that reads one tenant at a time. Make it once, in ' +
        "the database of DATABASE_URL: CREATE ROLE tidemark_api NOLOGIN; CREATE ROLE tidemark_web LOGIN PASSWORD '…' IN ROLE tidemark_api; " +
        `Example: DATABASE_API_URL=${variables.DATABASE_API_URL.example}`,
    );
  if (config.apiProcesses > 1 && role !== 'api')
    faults.push(
      `TIDEMARK_API_PROCESSES: role ${role} answers in one process. Leave it out, or split the work: ` +
        'TIDEMARK_ROLE=api with it, and another process with TIDEMARK_ROLE=projector. Example: TIDEMARK_ROLE=api',
    );
  if (production) faults.push(...productionFaults(config, env));
  if (config.open && !isLoopback(config.host))
    faults.push(
      `HOST: ${config.host} can be reached from other machines, and with TIDEMARK_OPEN=true nobody has to sign in. ` +
        'Example: HOST=127.0.0.1, or TIDEMARK_OPEN=false',
    );
  if (faults.length > 0)
    throw new StartupError(
      ['these settings are wrong:', ...faults.map((fault) => `  - ${fault}`)].join('\n'),
    );
  return config;
}

/** For a command of the command line. */
export const readCommandConfig = (): Config => readConfig(process.env, { serves: false });

/** A misspelt setting would otherwise be a setting that silently does nothing. */
function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = Object.keys(variables);
  return Object.keys(env)
    .filter((name) => name.startsWith('TIDEMARK_') && !known.includes(name))
    .map((name) => {
      const near = known.find((other) => distance(name, other) <= 3);
      const ours = known.filter((other) => other.startsWith('TIDEMARK_')).join(', ');
      return `${name}: there is no such setting. ${near ? `Did you mean ${near}?` : `There are: ${ours}`}`;
    });
}

function productionFaults(config: Config, env: NodeJS.ProcessEnv): string[] {
  const urls = {
    DATABASE_URL: config.databaseUrl,
    DATABASE_API_URL: config.databaseApiUrl,
    DATABASE_REPLICA_URL: config.databaseReplicaUrl,
    NATS_URL: config.natsUrl,
    NATS_MONITOR_URL: config.natsMonitorUrl,
  };
  return Object.entries(urls).flatMap(([name, value]) => {
    const variable: Variable<unknown> = variables[name as VariableName];
    const example = `Example: ${name}=${variable.example}`;
    if (!env[name]?.trim())
      return variable.required
        ? [`${name}: must be set with NODE_ENV=production, which starts no servers of its own. ${example}`]
        : [];
    const local = (value ?? '').split(',').find((part) => part !== '' && isLoopback(new URL(part).hostname));
    return local === undefined
      ? []
      : [
          `${name}: ${new URL(local).hostname} is this machine, which NODE_ENV=production does not allow. ${example}`,
        ];
  });
}

/** Edits (one letter added, removed or replaced) between two names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
