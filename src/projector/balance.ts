import type { Holder } from './lease.js';

export interface Share {
  /** Free partitions that fall to this projector. */
  readonly take: readonly number[];
  /** A partition that it should hand over; undefined while nobody lacks one. */
  readonly give: number | undefined;
}

/**
 * What one projector should do so that all hold equally many partitions, give or take one. Who looks at the same moment comes to
 * the same answer for everybody: free partitions fall to whoever holds fewest, and one of those who hold most
 * hands over one, but only while none is free, so that one moves at a time and nothing moves where all have their share.
 * @param living all that share, `me` among them. Whoever else holds a partition (older code) keeps it.
 */
export function shareOf(me: string, living: readonly string[], holders: readonly Holder[]): Share {
  const counts = new Map([...living].sort().map((owner) => [owner, 0]));
  const add = (owner: string) => counts.set(owner, (counts.get(owner) ?? 0) + 1);
  for (const { owner, free } of holders) if (!free && owner !== null && counts.has(owner)) add(owner);

  const free = holders.filter((each) => each.free);
  const take = free.flatMap(({ partition, owner: late }) => {
    // Who let its lease run out is frozen or has its hands full; it gets it only where there is nobody else.
    const taker = extreme(counts, (count, other) => count < other, late) ?? late;
    if (taker === null) return [];
    add(taker);
    return taker === me ? [partition] : [];
  });
  return { take, give: free.length > 0 ? undefined : surplus(me, counts, holders) };
}

function surplus(me: string, counts: ReadonlyMap<string, number>, holders: readonly Holder[]) {
  const most = extreme(counts, (count, other) => count > other);
  if (most !== me) return undefined;
  if (Math.max(...counts.values()) - Math.min(...counts.values()) < 2) return undefined;
  return holders.findLast(({ owner }) => owner === me)?.partition;
}

/** The first by name of those with the fewest, or the most. */
function extreme(
  counts: ReadonlyMap<string, number>,
  beats: (count: number, other: number) => boolean,
  but?: string | null,
): string | undefined {
  let best: readonly [string, number] | undefined;
  for (const entry of counts)
    if (entry[0] !== but && (best === undefined || beats(entry[1], best[1]))) best = entry;
  return best?.[0];
}
