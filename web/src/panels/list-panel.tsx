import type { ReactNode } from 'react';
import { reasonOf } from '../apollo/reason.js';
import { Skeleton } from '../ui/skeleton.js';

interface Props<T> {
  /** Begins the IDs of its parts. */
  readonly id: string;
  readonly title: string;
  readonly note?: ReactNode;
  /** In the head, at its end. */
  readonly action?: ReactNode;
  /** Undefined until they are there. */
  readonly items: readonly T[] | undefined;
  readonly error: unknown;
  /** Said where there are none. */
  readonly empty: string;
  readonly children: (item: T) => ReactNode;
  readonly footer?: ReactNode;
}

/** A card with a list, from before it is there to when it cannot be had. */
export function ListPanel<T>(props: Props<T>) {
  const { id, title, note, action, items, error, empty, children, footer } = props;
  const failed = items === undefined && error !== undefined;
  return (
    <section className="card list-panel" aria-labelledby={`${id}-title`} aria-busy={!items && !failed}>
      <header className="card-header">
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && <p className="note">{note}</p>}
        {action}
      </header>
      {items ? (
        items.length === 0 ? (
          <p className="panel-text">{empty}</p>
        ) : (
          <ul className="lines">{items.map(children)}</ul>
        )
      ) : failed ? (
        <p className="panel-text" role="alert">
          {reasonOf(error)}
        </p>
      ) : (
        <div className="panel-text rows-skeleton">
          <Skeleton width="60%" />
          <Skeleton width="45%" />
        </div>
      )}
      {footer && <footer className="card-footer">{footer}</footer>}
    </section>
  );
}
