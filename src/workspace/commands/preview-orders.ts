import type { SiteRule } from '#workspace/state/site-rule.js';

/** Settings that a site might have. */
export interface CandidateSettings {
  readonly site: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly rules: readonly SiteRule[];
}

/** Where previews are ordered; `app.module.ts` supplies it, so that this room knows no database. */
export abstract class PreviewOrders {
  /** @returns the ID of the job; undefined where too many have not ended */
  abstract order(candidate: CandidateSettings): Promise<number | undefined>;
}
