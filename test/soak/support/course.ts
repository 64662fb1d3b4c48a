import type { Random } from '../../laws/support/random.js';

export type Fault =
  | 'kill the projector'
  | 'freeze the projector'
  | 'kill everything'
  | 'kill the log server'
  | 'kill PostgreSQL'
  | 'rebuild'
  | 'rebuild from zero'
  | 'swap'
  | 'roll back'
  | 'verify'
  | 'retry dead letters';

export interface Step {
  /** Milliseconds of quiet before it. A server that dies within five seconds of its start again and again is given up. */
  readonly after: number;
  readonly fault: Fault;
  /** Says which read model is rebuilt. */
  readonly pick: number;
}

/** Orders come twice as often as kills, so that kills fall into what was ordered. */
const round: readonly Fault[] = [
  'rebuild',
  'kill the projector',
  'swap',
  'verify',
  'kill PostgreSQL',
  'rebuild',
  'kill the log server',
  'roll back',
  'verify',
  'freeze the projector',
  'retry dead letters',
  'kill everything',
];

/** Round after round in another order each, a rebuild from zero in the first and in every second one after it, for as long as it is asked for. */
export function* courseOf(random: Random): Generator<Step, never, void> {
  for (let n = 0; ; n++) {
    const faults = n % 2 === 1 ? round : [...round, 'rebuild from zero' as const];
    for (const fault of random.shuffled(faults)) {
      const kill = /kill|freeze/.test(fault);
      yield {
        after: kill ? 5_200 + random.below(1_500) : 500 + random.below(2_500),
        fault,
        pick: random.below(1_000),
      };
    }
  }
}
