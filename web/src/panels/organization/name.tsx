import { useMutation } from '@apollo/client/react';
import { ask } from '../../apollo/ask.js';
import { useRefresh } from '../../apollo/use-refresh.js';
import { RenameOrganizationDocument } from '../../gql/graphql.js';
import { Field, Form } from '../../ui/form.js';

/** What the organization is called. */
export function NamePanel({ name }: { name: string }) {
  const again = useRefresh();
  const [rename] = useMutation(RenameOrganizationDocument);
  return (
    <section className="card" aria-labelledby="organization-name-title">
      <header className="card-header">
        <h2 id="organization-name-title">Name</h2>
      </header>
      <Form
        label="Name of the organization"
        submit="Rename"
        plain
        className="form card-form"
        check={(values) => (values['organization']?.trim() ? {} : { organization: 'Give a name.' })}
        run={async ({ organization = '' }) => {
          await ask(() => rename({ variables: { name: organization.trim() } }));
          await again();
        }}
      >
        <Field
          key={name}
          name="organization"
          label="As its members know it"
          autoComplete="organization"
          defaultValue={name}
          maxLength={100}
          required
        />
      </Form>
    </section>
  );
}
