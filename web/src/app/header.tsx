import type { ReactNode } from 'react';
import { PlaceLink, type Place } from '../controls/place.js';
import { ThemeToggle } from '../controls/theme-toggle.js';
import { useMay, useSession } from '../session/session.js';
import { Icon, type IconName } from '../ui/icon.js';
import { Mark } from '../ui/mark.js';
import { AccountMenu } from './account-menu.js';

const LINKS: readonly {
  readonly to: Place;
  readonly text: string;
  readonly icon: IconName;
  /** What the page is of use for. */
  readonly needs: string;
}[] = [
  { to: 'figures', text: 'Figures', icon: 'line', needs: 'figures.read' },
  { to: 'events', text: 'Events', icon: 'pulse', needs: 'events.read' },
  { to: 'settings', text: 'Settings', icon: 'sliders', needs: 'settings.write' },
  { to: 'projections', text: 'Projections', icon: 'layers', needs: 'operate' },
];

interface Props {
  readonly place: Place;
  /** That the page is about, for those that are about one too. */
  readonly site?: string | undefined;
  readonly children?: ReactNode;
}

/** The product's name, what the page has to choose from, and the way to the other pages. */
export function Header({ place, site, children }: Props) {
  const { viewer } = useSession();
  const may = useMay();
  // With accounts the operator's page is in the menu, beside the other rare ones.
  const offered = LINKS.filter(
    ({ to, needs }) => to !== place && may(needs) && !(viewer && to === 'projections'),
  );
  return (
    <header className="app-header">
      <div className="app-header-row">
        <a className="brand" href="/" aria-label="Tidemark, home">
          <Mark />
          <span>Tidemark</span>
        </a>
        {children}
        <div className="app-header-end">
          {offered.length > 0 && (
            <nav className="places" aria-label="Pages">
              {offered.map(({ to, text, icon }) => (
                <PlaceLink
                  key={to}
                  to={to}
                  site={to === 'projections' ? undefined : site}
                  className="place-link"
                  label={text}
                >
                  <Icon name={icon} />
                  <span>{text}</span>
                </PlaceLink>
              ))}
            </nav>
          )}
          {viewer ? <AccountMenu viewer={viewer} /> : <ThemeToggle />}
        </div>
      </div>
    </header>
  );
}
