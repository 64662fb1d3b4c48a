import { useState } from 'react';
import { useAsked } from '../apollo/use-asked.js';
import { useLive } from '../apollo/use-live.js';
import { ProjectsDocument, SitesLiveDocument } from '../gql/graphql.js';
import { CreateProject } from '../panels/projects/create.js';
import { ProjectLine } from '../panels/projects/line.js';
import { ListPanel } from '../panels/list-panel.js';
import { useMay, useViewer } from '../session/session.js';
import { PlainFrame } from './plain-frame.js';

/** All sites of the organization, from their making to their end. */
export default function Projects() {
  const viewer = useViewer();
  const may = useMay();
  const { data, failure, again } = useAsked(ProjectsDocument, { fetchPolicy: 'cache-and-network' });
  // Told of archived ones too, though they are not pushed.
  useLive(SitesLiveDocument, { onPush: again });
  const [archived, setArchived] = useState(false);
  const shown = data && (archived ? [...data.sites, ...data.archived] : data.sites);
  const hidden = data?.archived.length ?? 0;
  return (
    <PlainFrame
      title="Projects"
      note={`Sites of ${viewer.organization?.name ?? 'nobody'}, each with figures of its own`}
    >
      <div className="own-columns wide-first">
        <ListPanel
          id="projects"
          title="All projects"
          items={shown}
          error={failure}
          empty={hidden > 0 ? 'None but archived ones.' : 'No projects yet.'}
          action={
            hidden > 0 && (
              <button
                type="button"
                className="button quiet"
                aria-pressed={archived}
                onClick={() => setArchived(!archived)}
              >
                {archived ? 'Hide' : 'Show'} {hidden} archived
              </button>
            )
          }
        >
          {(site) => <ProjectLine key={site.id} site={site} />}
        </ListPanel>
        {may('sites.create') && (
          <div className="own-column">
            <CreateProject />
          </div>
        )}
      </div>
    </PlainFrame>
  );
}
