import type { Projection } from '#projection/types.js';
import { Projector } from '#projector/projector.js';
import { silentLogger } from '#telemetry/logger.js';
import { Metrics } from '#telemetry/metrics.js';
import type { IngestApp } from './ingest-app.js';

/** A projector, started, that fills these read models from the log of the doors. */
export async function startProjector(
  product: IngestApp,
  projections: readonly Projection[],
): Promise<Projector> {
  const projector = new Projector({
    url: product.databaseUrl,
    log: product.log,
    projections,
    logger: silentLogger,
    metrics: new Metrics({ defaults: false }),
    limits: { tickMs: 50 },
  });
  await projector.start();
  return projector;
}
