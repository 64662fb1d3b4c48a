import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { CreateKeyDocument } from '../../gql/graphql.js';
import { Choice, Field, Form } from '../../ui/form.js';
import type { MadeKey } from './new-key.js';
import { originsOf } from './origins.js';

const DAY_MS = 86_400_000;
const LASTS = [
  { value: '', name: 'Until it is revoked' },
  { value: '30', name: '30 days' },
  { value: '90', name: '90 days' },
  { value: '365', name: 'A year' },
];
const KINDS = [
  { value: 'PUBLIC', name: 'Public: for pages and apps' },
  { value: 'SECRET', name: 'Secret: for servers' },
];
const SCOPES = [
  { value: 'write', name: 'Send events' },
  { value: 'read', name: 'Read figures' },
  { value: 'admin', name: 'Change settings' },
];

/** Makes a key. */
export function KeyForm({ siteId, onMade }: { siteId: string; onMade: (made: MadeKey) => void }) {
  const [create] = useMutation(CreateKeyDocument);
  const [kind, setKind] = useState<MadeKey['kind']>('PUBLIC');
  return (
    <Form
      label="New key"
      submit="Create a key"
      plain
      check={({ name }) => (name?.trim() ? {} : { name: 'Give a name, such as where it is used.' })}
      run={async ({ name = '', lasts = '', origins = '' }, form) => {
        const variables = {
          siteId,
          kind,
          name: name.trim(),
          scopes: kind === 'SECRET' ? new FormData(form).getAll('scope').map(String) : null,
          origins: kind === 'PUBLIC' ? originsOf(origins) : null,
          expiresAt: lasts === '' ? null : new Date(Date.now() + Number(lasts) * DAY_MS).toISOString(),
        };
        const { data } = await ask(() => create({ variables }));
        form.reset();
        setKind('PUBLIC');
        if (!data) return;
        const { secret, key } = data.createKey;
        onMade({ id: key.id, secret, name: variables.name, kind });
      }}
    >
      <div className="form-columns">
        <Field name="name" label="Name" placeholder="Web shop" autoComplete="off" maxLength={100} required />
        <Choice
          name="kind"
          label="Kind"
          options={KINDS}
          value={kind}
          onChange={(event) => setKind(event.target.value as MadeKey['kind'])}
        />
        <Choice name="lasts" label="Works" options={LASTS} defaultValue="" />
      </div>
      {kind === 'PUBLIC' ? (
        <Field
          name="origins"
          label="Only from these origins (optional)"
          placeholder="https://shop.example"
          autoComplete="off"
          autoCapitalize="none"
          hint="Several with a comma between; from any page where you leave it empty."
        />
      ) : (
        <fieldset className="choices">
          <legend>May</legend>
          {SCOPES.map(({ value, name }) => (
            <label key={value} className="choice">
              <input type="checkbox" name="scope" value={value} defaultChecked={value === 'write'} />
              {name}
            </label>
          ))}
        </fieldset>
      )}
    </Form>
  );
}
