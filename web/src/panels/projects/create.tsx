import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { PlaceLink } from '../../controls/place.js';
import { CreateProjectDocument } from '../../gql/graphql.js';
import { Form } from '../../ui/form.js';
import { checkProject, ProjectFields, projectOf } from './fields.js';
import { useMade } from './use-made.js';

/** Makes another project. */
export function CreateProject() {
  const make = useMade();
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
          const done = await make(() => create({ variables: projectOf(values) }));
          form.reset();
          if (done) setMade({ id: done.siteId, name: values['name']?.trim() ?? '' });
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
