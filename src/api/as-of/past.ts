import type { JobProgress } from '#database/job-progress.js';
import type { PastSettings } from '#workspace/state/settings-history.js';

/** The figures that were asked for, found or made before the answer's snapshot is opened. */
export interface PreparedPast extends PastSettings {
  /** Of their row in the database; undefined: nothing was stored by then, so every figure is zero. */
  readonly id: number | undefined;
  /** Receipt of the last event that is in them. */
  readonly position: string | null;
  readonly storedAt: Date | null;
  /** The same events under the settings of now, where these are other ones and the difference is asked for. */
  readonly underNow?: { readonly id: number | undefined; readonly revision: number } | undefined;
}

/** A site's figures as they were, as the answer's snapshot has them. */
export interface Past extends PreparedPast {
  /** Generation -> row set. */
  readonly sets: ReadonlyMap<number, number>;
}

/** They are being made. */
export class AsOfNotReady extends Error {
  override readonly name = 'AsOfNotReady';

  /** @param begun false: so many others are being made that these have to wait */
  constructor(
    readonly progress: JobProgress = {},
    begun = true,
  ) {
    const why = begun ? 'still being made' : 'made after others that were asked for before';
    super(`These figures are ${why}: ask again in a moment, with the same asOf.`);
  }
}

/** They cannot be made. */
export class AsOfFailed extends Error {
  override readonly name = 'AsOfFailed';

  constructor(why: string) {
    super(`These figures cannot be made: ${why}.`);
  }
}
