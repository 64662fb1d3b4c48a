import { RangePicker } from '../controls/range-picker.js';
import { SitePicker } from '../controls/site-picker.js';
import { ThemeToggle } from '../controls/theme-toggle.js';
import type { SetView } from '../controls/use-view.js';
import type { View } from '../controls/view.js';
import { Mark } from '../ui/mark.js';

interface Props {
  readonly sites: readonly { readonly id: string }[];
  readonly site: string | undefined;
  readonly view: View;
  readonly today: string;
  readonly setView: SetView;
}

export function Header({ sites, site, view, today, setView }: Props) {
  return (
    <header className="app-header">
      <div className="app-header-row">
        <a className="brand" href="/" aria-label="Tidemark, home">
          <Mark />
          <span>Tidemark</span>
        </a>
        {site !== undefined && (
          <>
            <SitePicker
              sites={sites}
              selected={site}
              onSelect={(chosen) => setView({ site: chosen, prefix: '' })}
            />
            <RangePicker range={view.range} today={today} onChange={(range) => setView({ range, site })} />
          </>
        )}
        <ThemeToggle />
      </div>
    </header>
  );
}
