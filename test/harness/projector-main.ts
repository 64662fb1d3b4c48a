import pg from 'pg';
import { EventLog } from '#event-log/event-log.js';
import { createPool } from '#database/pool.js';
import { defineProjection } from '#projection/define.js';
import { sum } from '#projection/measures.js';
import type { Projection } from '#projection/types.js';
import { projections } from '#projections/index.js';
import type { Failpoint, Failpoints } from '#projector/engine.js';
import { Projector } from '#projector/projector.js';
import { createLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import type { Edit, Mistake, Order, ProgramOptions, Report, Signs, Stop } from './projector-process.js';

// The program of a ProjectorProcess: the real projector with the shipped read models, and places to stop it at.

const options = JSON.parse(process.argv[2] ?? '') as ProgramOptions;
const stops = new Map<Failpoint, { how: Stop['how']; left: number }>();
const waiting: (() => void)[] = [];
let pool: pg.Pool | undefined;

function report(message: Report): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(message, () => resolve());
    else resolve();
  });
}

function arm({ point, how, pass = 1 }: Stop): void {
  stops.set(point, { how, left: pass });
}

/** A stop is used up when it is met: other partitions pass by. */
async function pass(point: Failpoint): Promise<void> {
  const stop = stops.get(point);
  if (!stop || --stop.left > 0) return;
  stops.delete(point);
  if (stop.how === 'kill') process.kill(process.pid, 'SIGKILL');
  if (stop.how === 'throw') throw new Error(`stopped ${point}`);
  await report({ at: point });
  if (stop.how === 'freeze') process.kill(process.pid, 'SIGSTOP');
  else await new Promise<void>((resolve) => waiting.push(resolve));
}

const failpoints: Failpoints = Object.fromEntries(
  (
    [
      'before_tx',
      'after_ledger',
      'before_commit',
      'after_commit',
      'before_position',
      'build_before_commit',
      'settle_before_commit',
      'verify_batch',
      'reproject_before_commit',
      'reproject_before_switch',
      'reproject_after_switch',
      'as_of_before_commit',
      'preview_before_end',
    ] as const
  ).map((point) => [point, () => pass(point)]),
);

/** The code before a mistake in it was mended. */
function withMistake({ projection, path }: Mistake): Projection[] {
  return projections.map((each) => {
    if (each.name !== projection) return each;
    const project: Projection['project'] = (event, ...rest) => {
      if (event.path === path) throw new Error(`a mistake in ${projection}`);
      return each.project(event, ...rest);
    };
    return { ...each, project };
  });
}

const weights = defineProjection({
  name: 'weights',
  version: 1,
  events: 'all',
  keys: { day: 'date' },
  measures: { weight: sum('int') },
  project: ({ properties }) => [{ day: '2026-03-01', weight: Number(properties?.weight ?? 1) }],
});

/** Takes guards away, so that a test can be seen to miss them. */
function editStatements(): void {
  const real = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
  const edited = (client: pg.Client, text: string) =>
    editsFor(nameOf(client)).reduce(
      (from, { find, replace }) => from.replace(new RegExp(find), () => replace),
      text,
    );
  pg.Client.prototype.query = function (this: pg.Client, first: unknown, ...rest: unknown[]) {
    if (typeof first === 'string') return real.call(this, edited(this, first), ...rest);
    const config = first as { text?: string };
    if (config.text !== undefined) config.text = edited(this, config.text);
    return real.call(this, config, ...rest);
  } as typeof pg.Client.prototype.query;
}

function editsFor(name: string): readonly Edit[] {
  if (name.startsWith('tidemark live')) return options.edits ?? [];
  return name.startsWith('tidemark build') ? (options.buildEdits ?? []) : [];
}

function nameOf(client: pg.Client): string {
  const { connectionParameters } = client as unknown as {
    connectionParameters: { application_name?: string };
  };
  return connectionParameters.application_name ?? '';
}

process.on('message', (order: Order) => {
  if ('arm' in order) {
    arm(order.arm);
    void report({ armed: order.arm.point });
  } else if ('tell' in order) void signs().then((signs) => report({ signs }));
  else for (const go of waiting.splice(0)) go();
});
process.on('disconnect', () => process.exit(2));

if (options.edits ?? options.buildEdits) editStatements();
for (const stop of options.stops ?? []) arm(stop);
const logger = createLogger({ level: 'debug', format: 'json' });
const metrics = new Metrics({ defaults: false });
const log = await EventLog.open({ url: options.natsUrl, acceptUnsynced: true, logger, metrics });

/** As `/health/ready` and `/metrics` tell it. */
async function signs(): Promise<Signs> {
  // Only who is asked needs them, and they take a while to load.
  const { healthChecks } = await import('../../src/health-checks.js');
  const { runChecks } = await import('#telemetry/health.js');
  pool ??= createPool(options.databaseUrl, { max: 2 });
  return {
    readiness: await runChecks(healthChecks({ log, pool, reads: pool })),
    metrics: await metrics.registry.metrics(),
  };
}

const shipped = options.mistake ? withMistake(options.mistake) : projections;
const projector = new Projector({
  url: options.databaseUrl,
  log,
  projections: options.weights ? [...shipped, weights] : shipped,
  logger,
  metrics,
  owner: options.owner,
  limits: options.limits,
  failpoints,
  ...(options.rebuildShare === undefined ? {} : { rebuildShare: options.rebuildShare }),
});
process.on('SIGTERM', () => {
  void projector
    .stop()
    .then(() => log.close())
    .then(() => process.exit(0));
});
await projector.start();
await report({ started: true });
