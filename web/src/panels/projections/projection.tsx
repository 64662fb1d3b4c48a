import { useRef, useState } from 'react';
import { Skeleton } from '../../ui/skeleton.js';
import { ComparePanel } from './compare.js';
import { GenerationRow, type Generation } from './generation.js';
import { RebuildButton } from './generation-orders.js';
import type { Projection } from './model.js';
import { Positions } from './positions.js';
import type { Job } from './jobs.js';

interface Props {
  readonly projection: Projection<Generation>;
  /** The job that builds one of its generations now. */
  readonly build: Job | undefined;
}

/** One projection: its generations, what can be done with them, and what differs between two of them. */
export function ProjectionPanel({ projection, build }: Props) {
  const { name, generations } = projection;
  const [compared, setCompared] = useState<number>();
  const served = generations.find(({ status }) => status === 'served');
  const other = generations.find(({ generation }) => generation === compared);
  const title = `projection-${name}`;
  const card = useRef<HTMLElement>(null);
  const close = () => {
    setCompared(undefined);
    card.current?.querySelector<HTMLElement>(`[data-generation="${compared}"] [aria-expanded]`)?.focus();
  };
  return (
    <section ref={card} className="card projection" aria-labelledby={title}>
      <header className="card-header">
        <h2 id={title} className="mono">
          {name}
        </h2>
        <RebuildButton name={name} served={served?.generation} />
      </header>
      <ul className="generations">
        {generations.map((generation) => (
          <GenerationRow
            key={generation.generation}
            generation={generation}
            served={served}
            secondsLeft={build?.secondsLeft ?? null}
            compared={generation === other}
            onCompare={() => setCompared(generation === other ? undefined : generation.generation)}
          />
        ))}
      </ul>
      {other && served && other !== served && (
        <ComparePanel
          key={`${served.generation} ${other.generation}`}
          name={name}
          served={served.generation}
          candidate={other.generation}
          onClose={close}
        />
      )}
      <Positions generations={generations} />
    </section>
  );
}

export function ProjectionSkeleton() {
  return (
    <div className="card projection-skeleton">
      <Skeleton width="14ch" height="1.25rem" />
      <Skeleton height="2.5rem" />
      <Skeleton width="18ch" />
    </div>
  );
}
