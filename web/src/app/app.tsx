import { useEffect, useRef } from 'react';
import { type Place, usePlace } from '../controls/place.js';
import { useSession } from '../session/session.js';
import { EventsPlace } from './events-place.js';
import { FiguresPlace } from './figures-place.js';
import { OwnPlacePage } from './own-place.js';
import { ProjectionsPlace } from './projections-place.js';
import { SettingsPlace } from './settings-place.js';

/** Pages that are not about what an organization has. */
const WITHOUT_ORGANIZATION: ReadonlySet<Place> = new Set(['account', 'organization', 'projections']);

export function App() {
  const place = usePlace();
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    // As after a load: the next Tab begins at the new page, and a screen reader reads there.
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [place]);
  const { viewer } = useSession();
  // Whoever belongs to none finds there how to get one: there is nothing to see on the others.
  if (viewer && !viewer.organization && !WITHOUT_ORGANIZATION.has(place))
    return <OwnPlacePage place="organization" />;
  switch (place) {
    case 'events':
      return <EventsPlace />;
    case 'projections':
      return <ProjectionsPlace />;
    case 'settings':
      return <SettingsPlace />;
    case 'account':
    case 'organization':
    case 'projects':
      return viewer ? <OwnPlacePage place={place} /> : <FiguresPlace />;
    case 'figures':
      return <FiguresPlace />;
  }
}
