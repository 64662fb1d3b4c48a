import { useMutation } from '@apollo/client/react';
import { ask } from '../../apollo/ask.js';
import { CreateOrganizationDocument } from '../../gql/graphql.js';
import { leaveTo } from '../../session/leave-to.js';
import { Field, Form } from '../../ui/form.js';

/** Makes an organization, and goes on in it. `title` says whether it is another one. */
export function NewOrganization({ title }: { title: string }) {
  const [create] = useMutation(CreateOrganizationDocument);
  return (
    <section className="card" aria-labelledby="new-organization-title">
      <header className="card-header">
        <h2 id="new-organization-title">{title}</h2>
      </header>
      <Form
        label={title}
        submit="Create"
        plain
        className="form card-form"
        check={({ name }) => (name?.trim() ? {} : { name: 'Give a name.' })}
        run={async ({ name = '' }) => {
          await ask(() => create({ variables: { name: name.trim() } }));
          await leaveTo('/');
        }}
      >
        <Field
          name="name"
          label="Name"
          autoComplete="off"
          maxLength={100}
          hint="With sites and members of its own; you own it, and go on in it."
          required
        />
      </Form>
    </section>
  );
}
