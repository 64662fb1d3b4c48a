import type { Client } from 'pg';
import type { Position } from '#events/position.js';
import type { LoggedEvent } from './batch.js';
import { loadParked } from './dead-letters.js';
import { isIn, loadDuplicates } from './ledger.js';
import { together } from './session.js';

/** Sequences that are looked up at once. */
const AHEAD = 5_000;

/**
 * The events that a build passes over, as they were decided when they were projected live: duplicates, and what is parked.
 * Looked up some thousand messages ahead, and never behind `upTo`, where live projection may still be deciding.
 */
export class Skips {
  private coveredUpTo: number;
  private duplicates: ReadonlyMap<number, Uint8Array> = new Map();
  /** By projection, null: parked for every one; then by sequence. */
  private parked = new Map<string | null, Map<number, Set<number>>>();
  private readonly met = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly partition: number,
    after: number,
    private readonly upTo: number,
  ) {
    this.coveredUpTo = after;
  }

  covers(sequence: number): boolean {
    return sequence <= this.coveredUpTo;
  }

  /** Looks up what there is from this message on; of those before it nothing is known any more. */
  async cover(sequence: number): Promise<void> {
    const from = sequence - 1;
    this.coveredUpTo = Math.max(sequence, Math.min(this.upTo, from + AHEAD));
    const [duplicates, parked] = await together([
      loadDuplicates(this.client, this.partition, from, this.coveredUpTo),
      loadParked(this.client, this.partition, from, this.coveredUpTo),
    ]);
    this.duplicates = duplicates;
    this.parked = new Map();
    for (const { projection, sequence: at, ordinal } of parked) {
      if (projection !== null) this.met.add(projection);
      let positions = this.parked.get(projection);
      if (!positions) this.parked.set(projection, (positions = new Map<number, Set<number>>()));
      const ordinals = positions.get(at);
      if (ordinals) ordinals.add(ordinal);
      else positions.set(at, new Set([ordinal]));
    }
  }

  isDuplicate({ sequence, ordinal }: Position): boolean {
    return isIn(this.duplicates.get(sequence), ordinal);
  }

  /** `null`: for every projection. */
  isParked(projection: string | null, { sequence, ordinal }: Position): boolean {
    return this.parked.get(projection)?.get(sequence)?.has(ordinal) === true;
  }

  /** The events that are not parked for this projection. */
  without<E extends { readonly logged: LoggedEvent }>(
    projection: string,
    events: readonly E[],
  ): readonly E[] {
    const positions = this.parked.get(projection);
    return positions ? events.filter((each) => !this.isParked(projection, each.logged.position)) : events;
  }

  /** Whether anything of this projection was parked in all that was covered so far. */
  hasParked(projection: string): boolean {
    return this.met.has(projection);
  }
}
