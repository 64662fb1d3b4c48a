import { LONGEST_FILTER, type FeedView } from '../../controls/feed-view.js';
import { TextFilter } from '../../controls/text-filter.js';

interface Props {
  readonly view: FeedView;
  readonly onChange: (change: Partial<FeedView>) => void;
}

const OUTCOMES = { '': 'Stored and refused', stored: 'Stored', refused: 'Refused' } as const;

/** Which of them are shown. */
export function FeedFilters({ view, onChange }: Props) {
  const chosen = (value: string) => onChange({ outcome: value === '' ? undefined : (value as 'stored') });
  return (
    <div className="feed-filters" role="group" aria-label="Filters">
      <label>
        <span className="visually-hidden">What became of them</span>
        <select value={view.outcome ?? ''} onChange={(event) => chosen(event.target.value)}>
          {Object.entries(OUTCOMES).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <TextFilter
        label="Event type, the whole name"
        placeholder="Event type"
        value={view.type}
        longest={LONGEST_FILTER}
        onChange={(type) => onChange({ type })}
      />
      <TextFilter
        label="Text in the path, type, event ID or reason"
        placeholder="Path, ID or reason"
        value={view.text}
        longest={LONGEST_FILTER}
        onChange={(text) => onChange({ text })}
      />
      <label className="feed-all">
        <input
          type="checkbox"
          checked={view.all || view.site === undefined}
          disabled={view.site === undefined}
          onChange={(event) => onChange({ all: event.target.checked })}
        />
        All sites
      </label>
    </div>
  );
}
