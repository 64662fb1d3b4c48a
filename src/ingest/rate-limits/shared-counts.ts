/** What a sender has used of its limit, in all processes together. */
export interface SharedCount {
  readonly points: number;
  /** Milliseconds until it counts from zero again. */
  readonly endsIn: number;
}

/** Where API processes tell one another what they counted. `app.module.ts` supplies it, so that this room knows no database. */
export abstract class SharedCounts {
  /**
   * Adds what this process counted.
   *
   * @param seconds how long a count that begins now lasts
   * @throws Error while the place cannot be reached
   */
  abstract add(key: string, points: number, seconds: number): Promise<SharedCount>;
}
