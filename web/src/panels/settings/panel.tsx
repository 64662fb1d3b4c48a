import type { ReactNode } from 'react';
import { Skeleton } from '../../ui/skeleton.js';
import type { OfSite, SiteSettings } from './site.js';

interface Props extends Pick<OfSite, 'site'> {
  /** Begins the IDs of its parts. */
  readonly id: string;
  readonly title: string;
  readonly note?: string;
  /** Of what comes, so that nothing moves when it does. */
  readonly height: number;
  /** Begun anew by its `key` where the setting was changed elsewhere: that is what is changed from then on. */
  readonly children: (site: SiteSettings) => ReactNode;
}

/** A card with one setting of the site. */
export function SettingPanel({ id, title, note, height, site, children }: Props) {
  return (
    <section className="card" aria-labelledby={`${id}-title`} aria-busy={!site}>
      <header className="card-header">
        <h2 id={`${id}-title`}>{title}</h2>
        {note !== undefined && <p className="note">{note}</p>}
      </header>
      {site ? (
        children(site)
      ) : (
        <p className="panel-text">
          <Skeleton height={`${height}px`} />
        </p>
      )}
    </section>
  );
}
