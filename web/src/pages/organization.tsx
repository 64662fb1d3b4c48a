import { InvitationsPanel } from '../panels/organization/invitations.js';
import { LeavePanel } from '../panels/organization/leave.js';
import { MembersPanel } from '../panels/organization/members.js';
import { NamePanel } from '../panels/organization/name.js';
import { withArticle } from '../panels/organization/roles.js';
import { TrailPanel } from '../panels/organization/trail.js';
import { useMay, useViewer } from '../session/session.js';
import { NewOrganization } from '../panels/organization/new-organization.js';
import { PlainFrame } from './plain-frame.js';

/** Who belongs to the organization, what they may do, and who changed that. */
export default function Organization() {
  const viewer = useViewer();
  const may = useMay();
  const { organization } = viewer;
  if (!organization)
    return (
      <PlainFrame
        title="You belong to no organization"
        note="Figures belong to organizations: make one, or ask to be invited to one."
      >
        <div className="own-columns">
          <NewOrganization title="New organization" />
        </div>
      </PlainFrame>
    );
  return (
    <PlainFrame title={organization.name} note={`You are ${withArticle(organization.role)} of it.`}>
      <div className="own-columns wide-first">
        <div className="own-column">
          {may('members.read') && <MembersPanel viewer={viewer} />}
          {may('members.manage') && <InvitationsPanel />}
        </div>
        <div className="own-column">
          {may('organization.manage') && <NamePanel name={organization.name} />}
          <NewOrganization title="Another organization" />
          <LeavePanel organization={organization.name} />
        </div>
        {may('members.manage') && <TrailPanel />}
      </div>
    </PlainFrame>
  );
}
