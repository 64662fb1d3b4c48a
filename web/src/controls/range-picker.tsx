import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { formatRange } from '../format.js';
import { Icon } from '../ui/icon.js';
import { Popover } from '../ui/popover.js';
import { PRESETS, presetOf, presetRange, rangeFault, type Range } from './range.js';

interface Props {
  readonly range: Range;
  readonly today: string;
  readonly timeZone: string;
  readonly onChange: (range: Range) => void;
  /** Stands beside the range. */
  readonly children?: ReactNode;
}

/** Presets side by side where there is room, behind one button where there is not; any other range by two dates. */
export function RangePicker({ range, today, timeZone, onChange, children }: Props) {
  const preset = presetOf(range, today);
  const presetLabel = PRESETS.find(({ id }) => id === preset)?.label;
  const presets = (choose: (range: Range) => void) =>
    PRESETS.map(({ id, label }) => (
      <button
        key={id}
        type="button"
        aria-pressed={id === preset}
        onClick={() => choose(presetRange(id, today))}
      >
        {label}
      </button>
    ));

  return (
    <div className="range-picker" role="group" aria-label="Date range">
      <div className="range-presets">{presets(onChange)}</div>
      <Popover
        buttonClass="range-custom"
        active={preset === undefined}
        button={
          <>
            <Icon name="calendar" />
            <span className="wide-only">{presetLabel === undefined ? formatRange(range) : 'Custom'}</span>
            <span className="narrow-only">{presetLabel ?? formatRange(range)}</span>
            <Icon name="chevron" />
          </>
        }
      >
        {(close) => {
          const choose = (next: Range) => {
            onChange(next);
            close();
          };
          return (
            <>
              <div className="popover-presets narrow-only">{presets(choose)}</div>
              <CustomRange range={range} today={today} timeZone={timeZone} onApply={choose} />
            </>
          );
        }}
      </Popover>
      {children}
    </div>
  );
}

function CustomRange(props: {
  range: Range;
  today: string;
  timeZone: string;
  onApply: (range: Range) => void;
}) {
  const [draft, setDraft] = useState(props.range);
  const [fault, setFault] = useState<string>();
  const id = useId();

  const apply = (event: FormEvent) => {
    event.preventDefault();
    const wrong = rangeFault(draft);
    setFault(wrong);
    if (wrong === undefined) props.onApply(draft);
  };
  const day = (end: 'from' | 'to', label: string) => (
    <label>
      <span>{label}</span>
      <input
        type="date"
        value={draft[end]}
        max={props.today}
        aria-describedby={`${id}-note`}
        onChange={(event) => setDraft({ ...draft, [end]: event.target.value })}
      />
    </label>
  );

  return (
    <form className="custom-range" onSubmit={apply} noValidate>
      <div className="custom-range-days">
        {day('from', 'From')}
        {day('to', 'To')}
      </div>
      <p id={`${id}-note`} className={fault === undefined ? 'note' : 'fault'} role="status">
        {fault ?? `Both days included. Days begin at midnight in ${props.timeZone}.`}
      </p>
      <button type="submit" className="button primary">
        Show these days
      </button>
    </form>
  );
}
