import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { DefineEventTypeDocument, type DefinedTypeFragment } from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';
import { Skeleton } from '../../ui/skeleton.js';
import { make } from './change.js';
import { EventTypeForm } from './event-type-form.js';
import type { OfSite, SiteSettings } from './site.js';

/** What the site's event types mean, and what their events carry. */
export function EventTypesPanel({ siteId, site }: OfSite) {
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
        <ul className="rule-list">
          {site.eventTypes.map((type) => (
            <TypeLine key={type.name} siteId={siteId} site={site} type={type} onEdit={setEditing} />
          ))}
        </ul>
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
  readonly onEdit: (type: DefinedTypeFragment) => void;
}

function TypeLine({ siteId, site, type, onEdit }: LineProps) {
  const [define] = useMutation(DefineEventTypeDocument);
  const takenBack = { siteId, eventType: type.name, description: '', properties: [], strict: false };
  return (
    <li className="rule" data-type={type.name}>
      <div>
        <p>
          <bdi>{type.name}</bdi>
          {type.strict && <span className="badge">strict</span>}
        </p>
        <p className="note">
          {type.description}
          {type.description !== '' && type.properties.length > 0 && <span className="dot"> · </span>}
          {type.properties.map(inWords).join(', ')}
        </p>
      </div>
      <div className="rule-orders">
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

const inWords = ({ name, kind, required }: DefinedTypeFragment['properties'][number]): string =>
  `${name}: ${kind}${required ? ', required' : ''}`;
