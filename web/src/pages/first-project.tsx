import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { useRefresh } from '../apollo/use-refresh.js';
import { ignore } from '../apollo/use-retry.js';
import { CreateProjectDocument } from '../gql/graphql.js';
import { checkProject, ProjectFields, projectOf } from '../panels/projects/fields.js';
import { useMade } from '../panels/projects/use-made.js';
import { useMay, useViewer } from '../session/session.js';
import { Form } from '../ui/form.js';
import { Message } from '../ui/message.js';
import { useFirstKey } from './use-first-key.js';
import '../styles/forms.css';

/** What an organization without any project begins with. */
export function FirstProject({ onCreated }: { onCreated: (siteId: string) => void }) {
  const viewer = useViewer();
  const may = useMay();
  const [create] = useMutation(CreateProjectDocument);
  const make = useMade();
  const makeKey = useFirstKey();
  const again = useRefresh();
  const [created, setCreated] = useState(false);
  if (!may('sites.create'))
    return (
      <>
        <h1 className="visually-hidden">No projects yet</h1>
        <Message kind="empty" title="No projects yet">
          <p>
            An owner or an admin of {viewer.organization?.name ?? 'an organization'} creates the first one.
          </p>
        </Message>
      </>
    );
  if (created)
    return (
      <Message
        kind="empty"
        title="The project is created"
        action={{ label: 'Look again', run: () => void again() }}
      >
        <p>It is not in the lists yet. This page opens it as soon as it is.</p>
      </Message>
    );
  return (
    <section className="first-run" aria-labelledby="first-title">
      <h1 id="first-title">Create the first project</h1>
      <p className="lead">
        A site, an app, a service: whatever sends events and has figures of its own. Next you get its public
        key, and what to put into your pages.
      </p>
      <div className="card">
        <Form
          label="First project"
          submit="Create the project"
          className="form card-form"
          check={checkProject}
          run={async (values) => {
            const done = await make(async () => {
              const created = await create({ variables: projectOf(values) });
              // Before the lists have the project: that opens the next page, which offers to make one, should it fail.
              if (created.data) await makeKey(created.data.done.siteId).catch(ignore);
              return created;
            });
            if (!done) return;
            setCreated(true);
            onCreated(done.siteId);
          }}
        >
          <ProjectFields autoFocus />
        </Form>
      </div>
    </section>
  );
}
