import { afterAll, beforeAll } from 'vitest';

import { startClientPages, type ClientPages } from './client-page.js';
import { startIngest, type IngestApp } from './ingest-app.js';

export interface ClientLab {
  readonly ingest: IngestApp;
  /** On which clients for browsers run. */
  readonly pages: ClientPages;
  storedOf(site: string): ReturnType<IngestApp['stored']>;
}

/** The doors, and pages that send there: for all tests of the file that calls it. */
export function clientLab(): ClientLab {
  let ingest: IngestApp;
  let pages: ClientPages;
  beforeAll(async () => {
    ingest = await startIngest();
    pages = await startClientPages(ingest.url);
  });
  afterAll(async () => {
    await pages?.stop();
    await ingest?.stop();
  });
  return {
    get ingest() {
      return ingest;
    },
    get pages() {
      return pages;
    },
    storedOf: async (site) => (await ingest.stored()).filter((event) => event.site === site),
  };
}
