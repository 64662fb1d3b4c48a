import { KeysPanel } from '../panels/keys/keys.js';
import { AuditTrailPanel } from '../panels/settings/audit-trail.js';
import { EventTypesPanel } from '../panels/settings/event-types.js';
import { NamePanel } from '../panels/settings/name.js';
import { OriginsPanel } from '../panels/settings/origins.js';
import { PendingNotice } from '../panels/settings/pending.js';
import { RulesPanel } from '../panels/settings/rules.js';
import { TimeZonePanel } from '../panels/settings/time-zone.js';
import { VisitorsPanel } from '../panels/settings/visitors.js';
import { SharesPanel } from '../panels/shares/shares.js';
import { useMay, useSession } from '../session/session.js';
import { Notice } from '../ui/message.js';
import { OperatorFrame } from './operator-frame.js';
import { useAuditTrail, useSeenTypes, useSettings } from './use-settings.js';
import '../styles/projections.css';
import '../styles/comparison.css';
import '../styles/confirm.css';
import '../styles/settings.css';
import '../styles/forms.css';
import '../styles/own.css';

/** One site's settings. `revision` is its newest one as far as the page knows; another one asks for them again. */
export default function Settings({ siteId, revision }: { siteId: string; revision: number | undefined }) {
  const { viewer } = useSession();
  const may = useMay();
  const { site, job, sign, retry, failure } = useSettings(siteId, revision);
  const seen = useSeenTypes(siteId);
  const trail = useAuditTrail(siteId, sign, !may('audit.read'));
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
      {!may('settings.write') && (
        <Notice title="You see these settings, and may not change them.">
          Ask an owner or an admin of the organization.
        </Notice>
      )}
      <div className="settings" aria-busy={!site}>
        <fieldset className="settings-parts" disabled={!may('settings.write')}>
          <legend className="visually-hidden">Settings</legend>
          <div className="settings-main">
            <RulesPanel siteId={siteId} site={site} />
            <EventTypesPanel siteId={siteId} site={site} seen={seen} />
            {viewer && may('keys.manage') && <KeysPanel siteId={siteId} />}
          </div>
          <div className="settings-side">
            <TimeZonePanel siteId={siteId} site={site} />
            <VisitorsPanel siteId={siteId} site={site} />
            <NamePanel siteId={siteId} site={site} />
            {viewer && <OriginsPanel siteId={siteId} site={site} />}
            {viewer && may('shares.manage') && <SharesPanel siteId={siteId} />}
          </div>
        </fieldset>
        {may('audit.read') && <AuditTrailPanel {...trail} />}
      </div>
    </OperatorFrame>
  );
}
