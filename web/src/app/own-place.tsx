import { lazy } from 'react';
import type { OwnPlace } from '../controls/place.js';
import { Frame } from './frame.js';
import { Loaded } from './loading.js';

// Readers of figures do not load the code of these pages.
const PAGES = {
  account: { title: 'Your account', Page: lazy(() => import('../pages/account.js')) },
  organization: { title: 'Organization', Page: lazy(() => import('../pages/organization.js')) },
  projects: { title: 'Projects', Page: lazy(() => import('../pages/projects.js')) },
} as const;

/** A page about the people and what is theirs. */
export function OwnPlacePage({ place }: { place: OwnPlace }) {
  const { title, Page } = PAGES[place];
  return (
    <Frame place={place} title={title}>
      <Loaded key={place}>
        <Page />
      </Loaded>
    </Frame>
  );
}
