import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { PlaceLink } from '../../controls/place.js';
import { CreateProjectDocument } from '../../gql/graphql.js';
import { Form } from '../../ui/form.js';
import { checkProject, ProjectFields, projectOf } from './fields.js';

/** Makes another project. */
export function CreateProject({ onCreated }: { onCreated: () => void }) {
  const [create] = useMutation(CreateProjectDocument);
  const [made, setMade] = useState<{ readonly id: string; readonly name: string }>();
  return (
    <section className="card" aria-labelledby="create-title">
      <header className="card-header">
        <h2 id="create-title">New project</h2>
      </header>
      <Form
        label="New project"
        submit="Create"
        className="form card-form"
        check={checkProject}
        run={async (values, form) => {
          setMade(undefined);
          const { data } = await ask(() => create({ variables: projectOf(values) }));
          form.reset();
          onCreated();
          if (data) setMade({ id: data.done.siteId, name: values['name']?.trim() ?? '' });
        }}
      >
        <ProjectFields />
      </Form>
      <div className="card-part" role="status" hidden={!made}>
        {made && (
          <p>
            <strong>{made.name}</strong> is there.{' '}
            <PlaceLink to="figures" site={made.id} className="text-link">
              Send its first event
            </PlaceLink>
          </p>
        )}
      </div>
    </section>
  );
}
