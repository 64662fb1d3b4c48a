import { useEffect, type ReactNode } from 'react';
import type { Place } from '../controls/place.js';
import { Header } from './header.js';

interface Props {
  readonly place: Place;
  /** Of the window, before the product's name; undefined while it is not known. */
  readonly title: string | undefined;
  /** That the page is about, if it is about one. */
  readonly site?: string | undefined;
  readonly controls?: ReactNode;
  readonly children: ReactNode;
}

/** What every page has: the way past the header, the header, and the page below it. */
export function Frame({ place, title, site, controls, children }: Props) {
  useEffect(() => {
    document.title = title === undefined ? 'Tidemark' : `${title} · Tidemark`;
  }, [title]);
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the {place}
      </a>
      <Header place={place} site={site}>
        {controls}
      </Header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}
