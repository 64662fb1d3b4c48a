import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { formatMoment, formatNumber } from '../../format.js';
import {
  DefineEventTypeDocument,
  type DefinedTypeFragment,
  type SeenEventTypesQuery,
} from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';
import { Skeleton } from '../../ui/skeleton.js';
import { make } from './change.js';
import { EventTypeForm } from './event-type-form.js';
import type { OfSite, SiteSettings } from './site.js';

export type SeenType = NonNullable<SeenEventTypesQuery['site']>['seenEventTypes'][number];
const NOTHING_SAID = { description: '', strict: false, properties: [] };

interface Props extends OfSite {
  /** Lately; undefined until that is there. */
  readonly seen: readonly SeenType[] | undefined;
}

/** What the site's event types mean, and what their events carry. */
export function EventTypesPanel({ siteId, site, seen }: Props) {
  const [editing, setEditing] = useState<DefinedTypeFragment>();
  return (
    <section className="card rules" aria-labelledby="types-title" aria-busy={!site}>
      <header className="card-header">
        <h2 id="types-title">Event types</h2>
        <p className="note">What they mean, and what their events carry, from now on</p>
      </header>
      {!site ? (
        <div className="panel-text rows-skeleton">
          <Skeleton width="50%" />
          <Skeleton width="40%" />
        </div>
      ) : site.eventTypes.length === 0 ? (
        <p className="panel-text">None is described yet: events of any type are stored all the same.</p>
      ) : (
        <ul className="lines">
          {site.eventTypes.map((type) => (
            <TypeLine
              key={type.name}
              siteId={siteId}
              site={site}
              type={type}
              seen={seen && (seen.find(({ eventType }) => eventType === type.name) ?? 'none')}
              onEdit={setEditing}
            />
          ))}
        </ul>
      )}
      {site && seen && (
        <Undescribed site={site} seen={seen} onDescribe={(name) => setEditing({ ...NOTHING_SAID, name })} />
      )}
      {site && (
        <EventTypeForm
          key={editing?.name}
          siteId={siteId}
          site={site}
          editing={editing}
          onDone={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

interface LineProps {
  readonly siteId: string;
  readonly site: SiteSettings;
  readonly type: DefinedTypeFragment;
  readonly seen: SeenType | 'none' | undefined;
  readonly onEdit: (type: DefinedTypeFragment) => void;
}

function TypeLine({ siteId, site, type, seen, onEdit }: LineProps) {
  const [define] = useMutation(DefineEventTypeDocument);
  const takenBack = { siteId, eventType: type.name, description: '', properties: [], strict: false };
  return (
    <li className="line" data-type={type.name}>
      <div>
        <p>
          <bdi>{type.name}</bdi>
          {type.strict && <span className="badge">strict</span>}
          <SeenBadge seen={seen} />
        </p>
        <p className="note">
          {type.description}
          {type.description !== '' && type.properties.length > 0 && <span className="dot"> · </span>}
          {type.properties.map(inWords).join(', ')}
        </p>
      </div>
      <div className="line-end">
        <button
          type="button"
          className="button quiet"
          aria-label={`Edit ${type.name}`}
          onClick={() => onEdit(type)}
        >
          Edit
        </button>
        <AskButton
          label="Take back"
          about={`Take back: ${type.name}`}
          title={`Take back what is said of ${type.name}?`}
          confirm="Take back"
          run={() => make(site, (revision) => define({ variables: { ...takenBack, revision } }))}
        >
          <p>Its events go on being stored and counted; what they carry is no longer checked by this.</p>
        </AskButton>
      </div>
    </li>
  );
}

interface UndescribedProps {
  readonly site: SiteSettings;
  readonly seen: readonly SeenType[];
  readonly onDescribe: (name: string) => void;
}

/** Types that events came with, of which nobody has said anything. */
function Undescribed({ site, seen, onDescribe }: UndescribedProps) {
  const described = new Set(site.eventTypes.map(({ name }) => name));
  const others = seen.filter(({ eventType }) => !described.has(eventType));
  if (others.length === 0) return null;
  return (
    <div className="seen-types">
      <h3>Seen in the last 30 days, and not described</h3>
      <ul>
        {others.map((each) => (
          <li key={each.eventType} data-seen={each.eventType}>
            <bdi>{each.eventType}</bdi>
            <SeenBadge seen={each} />
            <button
              type="button"
              className="button quiet"
              aria-label={`Describe ${each.eventType}`}
              onClick={() => onDescribe(each.eventType)}
            >
              Describe
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function SeenBadge({ seen }: { seen: SeenType | 'none' | undefined }) {
  if (!seen) return null;
  if (seen === 'none') return <span className="badge">none seen</span>;
  return (
    <span className="badge" title={`Last seen ${formatMoment(seen.lastSeen)}`}>
      {formatNumber(seen.events)} seen
    </span>
  );
}

const inWords = ({ name, kind, required }: DefinedTypeFragment['properties'][number]): string =>
  `${name}: ${kind}${required ? ', required' : ''}`;
