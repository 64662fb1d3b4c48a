import { useMutation } from '@apollo/client/react';
import { ask } from '../apollo/ask.js';
import { CreateKeyDocument, CreateProjectDocument } from '../gql/graphql.js';
import { checkProject, ProjectFields, projectOf } from '../panels/projects/fields.js';
import { keepNewKey } from '../session/new-keys.js';
import { useMay, useViewer } from '../session/session.js';
import { Form } from '../ui/form.js';
import { Message } from '../ui/message.js';
import '../styles/forms.css';

/** What an organization without any project begins with. */
export function FirstProject({ onCreated }: { onCreated: (siteId: string) => void }) {
  const viewer = useViewer();
  const may = useMay();
  const [create] = useMutation(CreateProjectDocument);
  const [createKey] = useMutation(CreateKeyDocument);
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
          className="form card-form first-form"
          check={checkProject}
          run={async (values) => {
            const { data } = await ask(() => create({ variables: projectOf(values) }));
            if (!data) return;
            const { siteId } = data.done;
            // The next page offers to make one, should it fail.
            const key = await createKey({
              variables: {
                siteId,
                name: 'Pages',
                kind: 'PUBLIC',
                scopes: null,
                origins: null,
                expiresAt: null,
              },
            }).catch(() => undefined);
            if (key?.data) keepNewKey(siteId, key.data.createKey.secret);
            onCreated(siteId);
          }}
        >
          <ProjectFields autoFocus />
        </Form>
      </div>
    </section>
  );
}
