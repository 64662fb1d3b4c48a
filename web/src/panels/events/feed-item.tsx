import { useId, useState } from 'react';
import { formatClock, formatMoment } from '../../format.js';
import { Icon } from '../../ui/icon.js';
import { EventFields } from './event-fields.js';
import type { Row } from './feed-rows.js';

interface Props {
  readonly row: Row;
  /** Its site is named where it is not the page's. */
  readonly site: string | undefined;
  readonly onOpen: () => void;
}

/** One call: a line, and all there is to say about it below. */
export function FeedItemLine({ row, site, onOpen }: Props) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const refused = row.outcome === 'REFUSED';
  const [warning] = row.stored?.warnings ?? [];
  const toggle = () => {
    if (!open) onOpen();
    setOpen(!open);
  };
  return (
    <li
      className="feed-item"
      data-outcome={row.outcome}
      data-warned={warning !== undefined}
      data-event={row.eventId ?? undefined}
    >
      <button type="button" aria-expanded={open} aria-controls={id} onClick={toggle}>
        <time dateTime={row.receivedAt} title={formatMoment(row.receivedAt)}>
          {formatClock(Date.parse(row.receivedAt))}
        </time>
        <span className="feed-outcome">
          <Icon name={refused ? 'cross' : warning === undefined ? 'check' : 'warning'} />
          {refused ? 'Refused' : 'Stored'}
        </span>
        <span className="feed-type">
          <bdi>{row.eventType ?? '–'}</bdi>
          {row.siteId !== site && <small>{row.siteId ?? 'no site'}</small>}
        </span>
        <span className="feed-what">
          {refused ? (
            <>
              <b>{row.reason}</b> {row.messages[0]}
            </>
          ) : (
            <>
              {warning !== undefined && <b>{warning}</b>} <bdi>{row.path ?? ''}</bdi>{' '}
              <small>{row.stored?.properties}</small>
            </>
          )}
        </span>
        <span className="feed-dialect">{row.dialect}</span>
        <Icon name="chevron" />
      </button>
      <div id={id} hidden={!open}>
        {open && <EventFields row={row} />}
      </div>
    </li>
  );
}
