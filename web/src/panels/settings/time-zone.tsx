import { useMutation } from '@apollo/client/react';
import { useId, useState } from 'react';
import { formatTimeIn } from '../../format.js';
import { ChangeTimeZoneDocument } from '../../gql/graphql.js';
import { useNow } from '../../controls/clock.js';
import { Confirm } from '../../ui/confirm.js';
import { make } from './change.js';
import { SettingPanel } from './panel.js';
import { wantedZone, type OfSite, type SiteSettings } from './site.js';

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
const BY_NAME = new Map(ZONES.map((zone) => [spoken(zone), zone]));

/** Where the site's days and hours begin. */
export function TimeZonePanel({ siteId, site }: OfSite) {
  return (
    <SettingPanel id="zone" title="Time zone" height={38} site={site}>
      {(loaded) => <ZoneForm key={wantedZone(loaded)} siteId={siteId} site={loaded} />}
    </SettingPanel>
  );
}

function ZoneForm({ siteId, site }: { siteId: string; site: SiteSettings }) {
  const wanted = wantedZone(site);
  const [change] = useMutation(ChangeTimeZoneDocument);
  const [typed, setTyped] = useState(wanted);
  const [asking, setAsking] = useState(false);
  const now = useNow();
  const id = useId();
  const zone = BY_NAME.get(spoken(typed));
  const fault = zone === undefined && typed.trim() !== '';
  return (
    <>
      <form
        className="settings-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (zone !== undefined && zone !== wanted) setAsking(true);
        }}
      >
        <label htmlFor={id}>Days and hours begin in</label>
        <div className="settings-line">
          <input
            id={id}
            type="search"
            list={`${id}-zones`}
            value={typed}
            placeholder="Type a city, e.g. Vienna"
            spellCheck={false}
            autoComplete="off"
            aria-invalid={fault}
            aria-describedby={`${id}-note`}
            onChange={(event) => setTyped(event.target.value)}
          />
          <datalist id={`${id}-zones`}>
            {ZONES.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
          <button type="submit" className="button" disabled={zone === undefined || zone === wanted}>
            Change
          </button>
        </div>
        <p id={`${id}-note`} className={fault ? 'fault' : 'note'} role="status">
          {fault
            ? 'Choose a zone of the list: type a part of its name, such as a city.'
            : zone !== undefined && `It is ${formatTimeIn(now, zone)} there now.`}
        </p>
      </form>
      {asking && zone !== undefined && (
        <Confirm
          title={`Change the time zone to ${zone}?`}
          confirm="Change"
          run={() => make(site, (revision) => change({ variables: { siteId, timeZone: zone, revision } }))}
          onClose={() => setAsking(false)}
        >
          <p>
            All figures of {site.name}, those of its past too, are counted anew by the days and hours of{' '}
            {zone}, from the log. Totals over all days stay the same; days and hours move.
          </p>
          <p>
            Until that is done the figures of {site.timeZone} are served and go on counting; then all of them
            switch at once. You can change it back at any time.
          </p>
        </Confirm>
      )}
    </>
  );
}

/** "new york" finds America/New_York, too, as long as it is the whole name. */
function spoken(zone: string): string {
  return zone.trim().toLowerCase().replaceAll(' ', '_');
}
