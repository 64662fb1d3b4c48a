import { lazy } from 'react';
import { useMay } from '../session/session.js';
import { Frame } from './frame.js';
import { Loaded } from './loading.js';
import { NotForYou } from './not-for-you.js';

// Operators load this page's code; readers of figures do not.
const Projections = lazy(() => import('../pages/projections.js'));

/** Every projection with its generations, for whoever runs Tidemark. */
export function ProjectionsPlace() {
  const may = useMay();
  return (
    <Frame place="projections" title="Projections">
      {may('operate') ? (
        <Loaded>
          <Projections />
        </Loaded>
      ) : (
        <NotForYou what="Projections" ask="whoever looks after this installation" />
      )}
    </Frame>
  );
}
