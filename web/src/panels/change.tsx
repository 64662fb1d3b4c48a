import { formatShare } from '../format.js';
import { Icon } from '../ui/icon.js';

interface Props {
  readonly current: number | null;
  readonly previous: number | null;
  readonly format: (value: number | null) => string;
  /** The days that `previous` stands for, as text. */
  readonly period: string;
}

/** How a figure moved, said by an icon, a word and a colour, so that none of them is needed alone. */
export function Change({ current, previous, format, period }: Props) {
  if (!previous) {
    return (
      <span className="change-note">{current ? 'None in the period before' : 'None here or before'}</span>
    );
  }
  const change = ((current ?? 0) - previous) / previous;
  const text = formatShare(Math.abs(change));
  const direction = change === 0 ? 'same' : change > 0 ? 'up' : 'down';
  const word = { up: 'Up', down: 'Down', same: 'Unchanged' }[direction];
  return (
    <>
      <span className={`change ${direction}`}>
        <Icon name={direction} />
        <span className="visually-hidden">{word} </span>
        {text}
      </span>{' '}
      <span className="change-note" title={`${format(previous)} from ${period}`}>
        <span className="visually-hidden">
          from {format(previous)} in the period before, {period}
        </span>
        <span aria-hidden="true">from {format(previous)}</span>
      </span>
    </>
  );
}
