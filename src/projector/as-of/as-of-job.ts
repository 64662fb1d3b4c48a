import { openConnection, closeConnection } from '../session.js';
import type { LongJob } from '../job-kind.js';
import { PastFold } from './past-fold.js';
import { AS_OF } from '#database/past-figures.js';

/** Each holds the rows of some stretches of the log, and with more of them each would take longer. */
const SIDE_BY_SIDE = 2;

/** Makes figures of a site as they were. It needs no partition: nobody else sees what it fills. */
export const asOfJob: LongJob = {
  kind: AS_OF,
  sideBySide: SIDE_BY_SIDE,
  async run(engine, job, work) {
    const { past } = job.arguments as { past: number };
    const client = await openConnection(engine.url, `tidemark as of ${engine.owner}`.slice(0, 63));
    try {
      return await new PastFold(engine, client, { id: past, job: job.id }, work).run();
    } finally {
      await closeConnection(client);
    }
  },
};
