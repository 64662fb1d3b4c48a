import { useMutation } from '@apollo/client/react';
import { useEffect, useId, useRef, useState } from 'react';
import { DefineEventTypeDocument, type DefinedTypeFragment } from '../../gql/graphql.js';
import { useAttempt } from '../../apollo/use-attempt.js';
import { make } from './change.js';
import { PropertyLines, type Property } from './property-lines.js';
import type { SiteSettings } from './site.js';

interface Props {
  readonly siteId: string;
  readonly site: SiteSettings;
  /** Undefined: a type that is not described yet. */
  readonly editing: DefinedTypeFragment | undefined;
  readonly onDone: () => void;
}

/** What an event type means and carries, with what the API says about each field. */
export function EventTypeForm({ siteId, site, editing, onDone }: Props) {
  const [name, setName] = useState(editing?.name ?? '');
  const [description, setDescription] = useState(editing?.description ?? '');
  const [properties, setProperties] = useState<readonly Property[]>(editing?.properties ?? []);
  const [strict, setStrict] = useState(editing?.strict ?? false);
  const { fault, faults, busy, attempt } = useAttempt();
  const [define] = useMutation(DefineEventTypeDocument);
  const first = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (editing) first.current?.focus();
  }, [editing]);

  const save = async () => {
    // What was read has the name of its type with it, which is no field of what is sent.
    const given = properties.map((each) => ({ name: each.name, kind: each.kind, required: each.required }));
    const asked = { siteId, eventType: name, description, properties: given, strict };
    await make(site, (revision) => define({ variables: { ...asked, revision } }));
    setName('');
    setDescription('');
    setProperties([]);
    setStrict(false);
    onDone();
  };
  return (
    <form
      className="rule-form type-form"
      aria-label="Event type"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(save);
      }}
    >
      <h3>{editing ? `Edit ${editing.name}` : 'Describe an event type'}</h3>
      <div className="rule-fields">
        <label>
          <span>Event type</span>
          <input
            value={name}
            readOnly={editing !== undefined}
            required
            placeholder="order"
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            aria-invalid={faults['eventType'] !== undefined}
            aria-describedby={`${id}-name`}
            onChange={(event) => setName(event.target.value)}
          />
          <span id={`${id}-name`} className={faults['eventType'] === undefined ? 'note' : 'fault'}>
            {faults['eventType'] ?? 'As its events name it.'}
          </span>
        </label>
        <label>
          <span>What it means</span>
          <input
            ref={first}
            value={description}
            placeholder="A plan was ordered"
            autoComplete="off"
            aria-invalid={faults['description'] !== undefined}
            aria-describedby={`${id}-about`}
            onChange={(event) => setDescription(event.target.value)}
          />
          <span id={`${id}-about`} className={faults['description'] === undefined ? 'note' : 'fault'}>
            {faults['description'] ?? 'For whoever reads its figures.'}
          </span>
        </label>
      </div>
      <PropertyLines properties={properties} faults={faults} onChange={setProperties} />
      {properties.length > 0 && (
        <label className="choice">
          <input type="checkbox" checked={strict} onChange={(event) => setStrict(event.target.checked)} />
          <span>
            Strict
            <span className="note">
              An event that carries something else is refused, with the reason; else it is stored with a
              warning.
            </span>
          </span>
        </label>
      )}
      {fault !== undefined && (
        <p className={Object.keys(faults).length > 0 ? 'visually-hidden' : 'fault'} role="alert">
          {fault}
        </p>
      )}
      <div className="rule-buttons">
        <button type="submit" className="button primary" disabled={busy}>
          Save
        </button>
        {editing && (
          <button type="button" className="button" onClick={onDone}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
