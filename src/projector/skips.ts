import type { Client } from 'pg';
import type { Position } from '#events/position.js';
import type { LoggedEvent } from './batch.js';
import type { LoadParked } from './dead-letters.js';
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
  /** By projection or generation, null: parked for every one; then by sequence. */
  private parked = new Map<string | null, Map<number, Set<number>>>();
  private readonly met = new Set<string>();

  constructor(
    private readonly client: Client,
    private readonly partition: number,
    after: number,
    private readonly upTo: number,
    private readonly loadParked: LoadParked,
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
      this.loadParked(this.client, this.partition, from, this.coveredUpTo),
    ]);
    this.duplicates = duplicates;
    this.parked = new Map();
    for (const { parkedAs, sequence: at, ordinal } of parked) {
      if (parkedAs !== null) this.met.add(parkedAs);
      let positions = this.parked.get(parkedAs);
      if (!positions) this.parked.set(parkedAs, (positions = new Map<number, Set<number>>()));
      const ordinals = positions.get(at);
      if (ordinals) ordinals.add(ordinal);
      else positions.set(at, new Set([ordinal]));
    }
  }

  isDuplicate({ sequence, ordinal }: Position): boolean {
    return isIn(this.duplicates.get(sequence), ordinal);
  }

  /** `null`: for every projection. */
  isParked(parkedAs: string | null, { sequence, ordinal }: Position): boolean {
    return this.parked.get(parkedAs)?.get(sequence)?.has(ordinal) === true;
  }

  /** The events that are not parked for this one. */
  without<E extends { readonly logged: LoggedEvent }>(parkedAs: string, events: readonly E[]): readonly E[] {
    const positions = this.parked.get(parkedAs);
    return positions ? events.filter((each) => !this.isParked(parkedAs, each.logged.position)) : events;
  }

  /** Whether anything of this one was parked in all that was covered so far. */
  hasParked(parkedAs: string): boolean {
    return this.met.has(parkedAs);
  }
}
