import type { ClientBase } from 'pg';
import { PREVIEW } from '#database/preview.js';
import type { Step, SteppedJob } from '../job-kind.js';
import type { Filling, Waiting } from './filling.js';
import { judge, judgePreview, REPROJECT, type Wanted } from './order.js';
import type { Reprojected } from './pass.js';
import { Preview } from './preview.js';
import { Reprojection } from './reprojection.js';

/** A kind of order that fills row sets of one site. */
export interface SiteOrder {
  readonly kind: string;
  /** What there is to do, or why there is nothing. */
  readonly judge: (client: ClientBase, order: unknown) => Promise<Wanted | Step>;
  readonly untried: Reprojected['untried'];
  /** Waits while an order of this kind for the same site has not ended. */
  readonly after: string | undefined;
  readonly filling: (of: Reprojected, waiting: Waiting) => Filling;
  /** For the log. */
  readonly begun: string;
  readonly done: string;
  readonly failed: string;
}

export const siteOrders: readonly SiteOrder[] = [
  {
    kind: REPROJECT,
    judge,
    untried: 'park',
    after: undefined,
    filling: (of, waiting) => new Reprojection(of, waiting),
    begun: 'a site gets new settings, for its past too',
    done: 'a site has its new settings',
    failed: 'new settings failed; what is served is untouched',
  },
  {
    kind: PREVIEW,
    judge: judgePreview,
    untried: 'skip',
    after: REPROJECT,
    filling: (of, waiting) => new Preview(of, waiting),
    begun: 'other settings of a site are tried beside those that are served',
    done: 'what other settings of a site would change is known',
    failed: 'other settings of a site could not be tried',
  },
];

/**
 * The process that holds the site's partition carries it out (`SiteWorker`); what there is nothing to do for, or no partition,
 * ends here.
 */
export const siteJobs: readonly SteppedJob[] = siteOrders.map((order) => ({
  kind: order.kind,
  async step(_, client, job) {
    const judged = await order.judge(client, job.arguments);
    return 'state' in judged ? judged : { state: 'not here' };
  },
}));
