import { AuditTrailPanel } from '../panels/settings/audit-trail.js';
import { EventTypesPanel } from '../panels/settings/event-types.js';
import { NamePanel } from '../panels/settings/name.js';
import { PendingNotice } from '../panels/settings/pending.js';
import { RulesPanel } from '../panels/settings/rules.js';
import { TimeZonePanel } from '../panels/settings/time-zone.js';
import { VisitorsPanel } from '../panels/settings/visitors.js';
import { OperatorFrame } from './operator-frame.js';
import { useAuditTrail, useSettings } from './use-settings.js';
import '../styles/projections.css';
import '../styles/comparison.css';
import '../styles/confirm.css';
import '../styles/settings.css';

/** One site's settings. `revision` is its newest one as far as the page knows; another one asks for them again. */
export default function Settings({ siteId, revision }: { siteId: string; revision: number | undefined }) {
  const { site, job, sign, retry, failure } = useSettings(siteId, revision);
  const trail = useAuditTrail(siteId, sign);
  return (
    <OperatorFrame
      title={`Settings of ${site?.name ?? siteId}`}
      note="What its figures are made with, for its past too. Nothing is deleted by any of it."
      what="The settings"
      loaded={site !== undefined}
      failure={failure}
      onRetry={retry}
    >
      {site?.pendingSettings && job && (
        <PendingNotice served={site} pending={site.pendingSettings} job={job} />
      )}
      <div className="settings" aria-busy={!site}>
        <div className="settings-main">
          <RulesPanel siteId={siteId} site={site} />
          <EventTypesPanel siteId={siteId} site={site} />
        </div>
        <div className="settings-side">
          <TimeZonePanel siteId={siteId} site={site} />
          <VisitorsPanel siteId={siteId} site={site} />
          <NamePanel siteId={siteId} site={site} />
        </div>
        <AuditTrailPanel {...trail} />
      </div>
    </OperatorFrame>
  );
}
