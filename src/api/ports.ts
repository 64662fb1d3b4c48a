/** What the API needs to hear from the log; `app.module.ts` supplies both, so this room never imports the log. */

/** Says when the figures of a site may have moved. A notice may get lost: it is a hint, never the truth. */
export abstract class ChangeFeed {
  /** Calls `listener` after each projected batch that touched the site; returns the way to stop. */
  abstract subscribe(
    siteId: string,
    listener: (notice: { readonly partition: number; readonly sequence: number }) => void,
  ): () => void;

  /** Calls `listener` after each projected batch, whatever its sites; returns the way to stop. */
  abstract subscribeAll(
    listener: (notice: { readonly partition: number; readonly sequence: number }) => void,
  ): () => void;
}

export interface LogHead {
  readonly partition: number;
  /** Last sequence stored; 0 for an empty stream. */
  readonly sequence: number;
  /** `synced`, `unsynced` or `unproven`. */
  readonly durability: string;
}

/** How far the log itself reaches. Rejects while the log cannot be asked. */
export abstract class LogHeads {
  abstract heads(): Promise<readonly LogHead[]>;
}
