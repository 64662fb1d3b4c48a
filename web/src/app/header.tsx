import type { ReactNode } from 'react';
import { PlaceLink, type Place } from '../controls/place.js';
import { ThemeToggle } from '../controls/theme-toggle.js';
import { Icon, type IconName } from '../ui/icon.js';
import { Mark } from '../ui/mark.js';

const LINKS: Record<Place, { readonly to: Place; readonly text: string; readonly icon: IconName }> = {
  figures: { to: 'projections', text: 'Projections', icon: 'layers' },
  projections: { to: 'figures', text: 'Figures', icon: 'line' },
};

/** The product's name, what the page has to choose from, and the way to the other page. */
export function Header({ place, children }: { place: Place; children?: ReactNode }) {
  const { to, text, icon } = LINKS[place];
  return (
    <header className="app-header">
      <div className="app-header-row">
        <a className="brand" href="/" aria-label="Tidemark, home">
          <Mark />
          <span>Tidemark</span>
        </a>
        {children}
        <div className="app-header-end">
          <PlaceLink to={to} className="place-link" label={text}>
            <Icon name={icon} />
            <span>{text}</span>
          </PlaceLink>
          <ThemeToggle />
        </div>
      </div>
    </header>
  );
}
