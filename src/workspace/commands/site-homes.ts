/**
 * Where sites live whose events are there though the stream does not hold their creation: a log that was filled otherwise, or a
 * stream that was lost. `app.module.ts` supplies it, so that this room knows no database.
 */
export abstract class SiteHomes {
  /** @returns the partition; undefined: there are no events of the site, or nobody can tell now. Never rejects. */
  abstract partitionOf(siteId: string): Promise<number | undefined>;
}
