import type { ReactNode } from 'react';
import { formatNumber } from '../format.js';

/** Rows that a long table has at first; each time more are asked for there are five times as many more. */
export const LISTED = 10;

interface Props {
  /** Names the region, which scrolls where it is too wide. */
  readonly label: string;
  readonly columns: readonly string[];
  /** Rows. */
  readonly children: ReactNode;
  readonly below?: ReactNode;
}

/** A table of figures, each row with a head of its own. */
export function ValuesTable({ label, columns, children, below }: Props) {
  return (
    <div className="table-wide" tabIndex={0} role="region" aria-label={label}>
      <table className="values">
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
      {below}
    </div>
  );
}

interface MoreProps {
  readonly listed: number;
  readonly all: number;
  readonly onMore: (listed: number) => void;
}

/** Below a table that does not list all of its rows. */
export function ShowMore({ listed, all, onMore }: MoreProps) {
  if (all <= listed) return null;
  return (
    <button type="button" className="button quiet" onClick={() => onMore(listed + 5 * LISTED)}>
      Show more of {formatNumber(all)}
    </button>
  );
}
