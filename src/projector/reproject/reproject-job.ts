import type { SteppedJob } from '../job-kind.js';
import { judge, REPROJECT } from './order.js';

/**
 * New settings of one site, for its past too. The process that holds the site's partition carries it out (`SiteWorker`); what
 * there is nothing to do for, or no partition, ends here.
 */
export const reprojectJob: SteppedJob = {
  kind: REPROJECT,
  async step(_, client, job) {
    const judged = await judge(client, job.arguments);
    return 'state' in judged ? judged : { state: 'not here' };
  },
};
