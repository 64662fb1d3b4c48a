import { useMutation } from '@apollo/client/react';
import { useAttempt } from '../../apollo/use-attempt.js';
import { PlaceLink } from '../../controls/place.js';
import { formatDate, formatMoment } from '../../format.js';
import {
  ArchiveSiteDocument,
  CancelSiteDeletionDocument,
  RestoreSiteDocument,
  type ProjectFragment,
} from '../../gql/graphql.js';
import { useMay, useViewer } from '../../session/session.js';
import { AskButton } from '../../ui/ask-button.js';
import { makesProjects } from '../organization/roles.js';
import { DeleteProject, TransferProject } from './end.js';
import { useMade } from './use-made.js';

interface Props {
  readonly site: ProjectFragment;
}

/** One project, and what may become of it. */
export function ProjectLine({ site }: Props) {
  const { id, name, timeZone, createdAt, archivedAt, deletesAt } = site;
  const may = useMay();
  const viewer = useViewer();
  const elsewhere = viewer.organizations.filter(
    ({ id: other, role }) => other !== viewer.organization?.id && makesProjects(role),
  );
  return (
    <li className="line" data-project={id}>
      <div>
        <p>
          <PlaceLink to="figures" site={id} className="text-link">
            {name}
          </PlaceLink>
          {archivedAt && <span className="badge">archived</span>}
          {deletesAt && <span className="badge bad">to be deleted {formatMoment(deletesAt)}</span>}
        </p>
        <p className="note">
          {id} <span className="dot">·</span> {timeZone} <span className="dot">·</span> since{' '}
          {formatDate(createdAt)}
        </p>
      </div>
      <div className="line-end">
        {may('settings.write') && (
          <PlaceLink to="settings" site={id} className="button quiet" label={`Settings of ${name}`}>
            Settings
          </PlaceLink>
        )}
        {may('sites.create') && !deletesAt && <Archive site={site} />}
        {may('sites.delete') &&
          (deletesAt ? (
            <Keep site={site} />
          ) : (
            <>
              {elsewhere.length > 0 && <TransferProject site={site} elsewhere={elsewhere} />}
              <DeleteProject site={site} />
            </>
          ))}
      </div>
    </li>
  );
}

function Archive({ site: { id, name, archivedAt } }: Props) {
  const make = useMade();
  const [archive] = useMutation(ArchiveSiteDocument);
  const [restore] = useMutation(RestoreSiteDocument);
  if (archivedAt)
    return (
      <AskButton
        label="Bring back"
        about={`Bring back ${name}`}
        title={`Bring ${name} back?`}
        confirm="Bring back"
        run={() => make(() => restore({ variables: { siteId: id } }))}
      >
        <p>It takes events again, and stands in the lists as before.</p>
      </AskButton>
    );
  return (
    <AskButton
      label="Archive"
      about={`Archive ${name}`}
      title={`Archive ${name}?`}
      confirm="Archive"
      run={() => make(() => archive({ variables: { siteId: id } }))}
    >
      <p>Events sent to it are refused from then on. Its figures stay, and you can bring it back.</p>
    </AskButton>
  );
}

function Keep({ site: { id, name } }: Props) {
  const make = useMade();
  const [keep] = useMutation(CancelSiteDeletionDocument);
  const { fault, busy, attempt } = useAttempt();
  const run = () => make(() => keep({ variables: { siteId: id } }));
  return (
    <>
      <button
        type="button"
        className="button quiet"
        aria-label={`Keep it: ${name}`}
        disabled={busy}
        onClick={() => void attempt(run)}
      >
        Keep it
      </button>
      {fault !== undefined && (
        <p className="fault line-fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
