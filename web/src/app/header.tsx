import type { ReactNode } from 'react';
import { PlaceLink, type Place } from '../controls/place.js';
import { ThemeToggle } from '../controls/theme-toggle.js';
import { Icon, type IconName } from '../ui/icon.js';
import { Mark } from '../ui/mark.js';

const LINKS: readonly { readonly to: Place; readonly text: string; readonly icon: IconName }[] = [
  { to: 'figures', text: 'Figures', icon: 'line' },
  { to: 'events', text: 'Events', icon: 'pulse' },
  { to: 'settings', text: 'Settings', icon: 'sliders' },
  { to: 'projections', text: 'Projections', icon: 'layers' },
];

interface Props {
  readonly place: Place;
  /** That the page is about, for those that are about one too. */
  readonly site?: string | undefined;
  readonly children?: ReactNode;
}

/** The product's name, what the page has to choose from, and the way to the other pages. */
export function Header({ place, site, children }: Props) {
  return (
    <header className="app-header">
      <div className="app-header-row">
        <a className="brand" href="/" aria-label="Tidemark, home">
          <Mark />
          <span>Tidemark</span>
        </a>
        {children}
        <div className="app-header-end">
          <nav className="places" aria-label="Pages">
            {LINKS.filter(({ to }) => to !== place).map(({ to, text, icon }) => (
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
          <ThemeToggle />
        </div>
      </div>
    </header>
  );
}
