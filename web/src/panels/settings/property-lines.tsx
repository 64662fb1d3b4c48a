import type { DefinedTypeFragment } from '../../gql/graphql.js';
import { Icon } from '../../ui/icon.js';

export type Property = DefinedTypeFragment['properties'][number];

/** As the API knows them (docs/event-types.md). */
const KINDS = ['text', 'number', 'integer', 'boolean', 'time', 'amount', 'currency', 'list', 'object'];

interface Props {
  readonly properties: readonly Property[];
  /** `properties[0].name` -> what is allowed. */
  readonly faults: Readonly<Record<string, string>>;
  readonly onChange: (properties: readonly Property[]) => void;
}

/** What events of a type carry: a line for each property. */
export function PropertyLines({ properties, faults, onChange }: Props) {
  const change = (at: number, changed: Partial<Property>) =>
    onChange(properties.map((each, index) => (index === at ? { ...each, ...changed } : each)));
  return (
    <>
      {properties.length > 0 && (
        <ul className="type-properties" aria-label="Properties">
          {properties.map(({ name, kind, required }, index) => {
            const what = `property ${index + 1}`;
            const fault = Object.entries(faults).find(([field]) => field.startsWith(`properties[${index}]`));
            return (
              // Lines have no identity of their own: names are typed, and may be the same for a while.
              <li key={index}>
                <input
                  value={name}
                  required
                  aria-label={`Name of ${what}`}
                  placeholder="plan"
                  spellCheck={false}
                  autoCapitalize="none"
                  autoComplete="off"
                  aria-invalid={fault !== undefined}
                  onChange={(event) => change(index, { name: event.target.value })}
                />
                <select
                  value={kind}
                  aria-label={`Kind of ${what}`}
                  onChange={(event) => change(index, { kind: event.target.value })}
                >
                  {KINDS.map((each) => (
                    <option key={each}>{each}</option>
                  ))}
                </select>
                <label className="choice">
                  <input
                    type="checkbox"
                    checked={required}
                    aria-label={`Required, ${what}`}
                    onChange={(event) => change(index, { required: event.target.checked })}
                  />
                  <span aria-hidden="true">required</span>
                </label>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={`Remove ${what}`}
                  onClick={() => onChange(properties.filter((_, at) => at !== index))}
                >
                  <Icon name="cross" />
                </button>
                {fault && <p className="fault">{fault[1]}</p>}
              </li>
            );
          })}
        </ul>
      )}
      <div className="rule-buttons">
        <button
          type="button"
          className="button quiet"
          onClick={() => onChange([...properties, { name: '', kind: 'text', required: false }])}
        >
          Add a property
        </button>
      </div>
    </>
  );
}
