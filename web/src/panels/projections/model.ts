interface Status {
  readonly name: string;
  readonly generation: number;
  readonly status: string;
  readonly partitions: readonly Standing[];
}

interface Standing {
  readonly partition: number;
  readonly checkpoint: number;
  readonly lag: number;
  /** Events a second. */
  readonly rate: number;
  readonly deadLetters: number;
}

export interface Projection<G extends Status> {
  readonly name: string;
  /** What is served first, then the newest. */
  readonly generations: readonly G[];
}

/** The API's list of generations, one entry per projection, by name. */
export function byProjection<G extends Status>(statuses: readonly G[]): Projection<G>[] {
  const names = [...new Set(statuses.map(({ name }) => name))].sort();
  return names.map((name) => ({
    name,
    generations: statuses.filter((status) => status.name === name).sort(servedThenNewest),
  }));
}

const servedThenNewest = (a: Status, b: Status): number =>
  Number(b.status === 'served') - Number(a.status === 'served') || b.generation - a.generation;

/** Over all partitions of a generation. */
export const lagOf = ({ partitions }: Status): number => sum(partitions.map(({ lag }) => lag));
export const rateOf = ({ partitions }: Status): number => sum(partitions.map(({ rate }) => rate));
export const deadLettersOf = ({ partitions }: Status): number =>
  sum(partitions.map(({ deadLetters }) => deadLetters));

/** How far a generation is on the way to where the served one stands, in record batches. */
export function wayOf(generation: Status, served: Status | undefined): { done: number; total: number } {
  const total = served?.partitions.map(({ checkpoint }) => checkpoint) ?? [];
  const done = generation.partitions.map(({ partition, checkpoint, lag }) => {
    const goal = served?.partitions.find((each) => each.partition === partition)?.checkpoint;
    return Math.min(checkpoint, goal ?? checkpoint + lag);
  });
  return {
    done: sum(done),
    total: served ? sum(total) : sum(generation.partitions.map(({ checkpoint, lag }) => checkpoint + lag)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
