export interface KeyUse {
  readonly keyId: string;
  /** Milliseconds since the epoch. */
  readonly lastAt: number;
  /** How often it was asked who comes with it, since it was told last. */
  readonly count: number;
}

/** Where it is kept when keys were used. `app.module.ts` supplies it, so that this room knows no database. */
export abstract class KeyUseStore {
  /** @throws Error while the place cannot be reached; nothing was kept then */
  abstract add(uses: readonly KeyUse[]): Promise<void>;
}
