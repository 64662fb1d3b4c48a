import { useEffect, useRef } from 'react';
import { usePlace } from '../controls/place.js';
import { EventsPlace } from './events-place.js';
import { FiguresPlace } from './figures-place.js';
import { ProjectionsPlace } from './projections-place.js';
import { SettingsPlace } from './settings-place.js';

export function App() {
  const place = usePlace();
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    // As after a load: the next Tab begins at the new page, and a screen reader reads there.
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [place]);
  if (place === 'events') return <EventsPlace />;
  if (place === 'projections') return <ProjectionsPlace />;
  return place === 'settings' ? <SettingsPlace /> : <FiguresPlace />;
}
