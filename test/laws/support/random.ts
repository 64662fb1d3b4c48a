import { randomInt } from 'node:crypto';
import { seeded } from '../../bench/traffic.js';

/** A seeded source of choices: one seed, one course of events. */
export class Random {
  private readonly next: () => number;

  constructor(readonly seed: number) {
    this.next = seeded(seed);
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const value = from[this.below(from.length)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  uuid(): string {
    const hex = Array.from({ length: 32 }, () => this.below(16).toString(16));
    hex[12] = '4';
    hex[16] = '8';
    const text = hex.join('');
    return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join(
      '-',
    );
  }

  shuffled<T>(list: readonly T[]): T[] {
    const left = [...list];
    const mixed: T[] = [];
    while (left.length > 0) mixed.push(...left.splice(this.below(left.length), 1));
    return mixed;
  }

  /** Consecutive parts of 1 to `most`. */
  cut<T>(list: readonly T[], most: number): T[][] {
    const parts: T[][] = [];
    for (let at = 0; at < list.length;) {
      const size = 1 + this.below(most);
      parts.push(list.slice(at, at + size));
      at += size;
    }
    return parts;
  }
}

/** A new seed each run, printed; `TIDEMARK_SEED` plays one again. */
export function newRandom(test: string): Random {
  const seed = Number(process.env.TIDEMARK_SEED ?? randomInt(1_000_000));
  console.info(`${test}: TIDEMARK_SEED=${seed}`);
  return new Random(seed);
}
