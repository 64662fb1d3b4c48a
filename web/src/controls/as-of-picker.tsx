import { useId, useState, type FormEvent } from 'react';
import { Icon } from '../ui/icon.js';
import { Popover } from '../ui/popover.js';
import { localTime, momentOf } from './zoned-time.js';

interface Props {
  /** RFC 3339; undefined: now. */
  readonly asOf: string | undefined;
  readonly timeZone: string;
  readonly onChange: (asOf: string | undefined) => void;
}

/** The moment that figures are shown as of, on the site's clocks. */
export function AsOfPicker({ asOf, timeZone, onChange }: Props) {
  return (
    <div className="as-of-picker">
      <Popover
        buttonClass="range-custom"
        active={asOf !== undefined}
        button={
          <>
            <Icon name="clock" />
            <span className="visually-hidden">{asOf === undefined ? 'As of now' : 'As it was'}</span>
          </>
        }
      >
        {(close) => (
          <Chooser
            asOf={asOf}
            timeZone={timeZone}
            onChange={(next) => {
              onChange(next);
              close();
            }}
          />
        )}
      </Popover>
    </div>
  );
}

function Chooser({ asOf, timeZone, onChange }: Props) {
  const [latest] = useState(() => localTime(Date.now(), timeZone));
  const [local, setLocal] = useState(() =>
    asOf === undefined ? latest : localTime(Date.parse(asOf), timeZone),
  );
  const [fault, setFault] = useState<string>();
  const note = useId();
  const apply = (event: FormEvent) => {
    event.preventDefault();
    const time = momentOf(local, timeZone);
    if (time === undefined) setFault('Give a day and a time.');
    else if (time > Date.now()) setFault('That is still to come: give a time up to now.');
    else onChange(new Date(time).toISOString());
  };
  return (
    <form className="custom-range" onSubmit={apply} noValidate>
      <label>
        <span>As of</span>
        <input
          type="datetime-local"
          value={local}
          max={latest}
          aria-describedby={note}
          onChange={(event) => setLocal(event.target.value)}
        />
      </label>
      <p id={note} className={fault === undefined ? 'note' : 'fault'} role="status">
        {fault ?? `What was stored by then, with the settings of then. Clocks of ${timeZone}.`}
      </p>
      <div className="as-of-actions">
        <button type="submit" className="button primary">
          Show it as it was
        </button>
        {asOf !== undefined && (
          <button type="button" className="button" onClick={() => onChange(undefined)}>
            Back to now
          </button>
        )}
      </div>
    </form>
  );
}
