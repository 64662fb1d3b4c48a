import { lazy } from 'react';
import { Frame } from './frame.js';
import { Loaded } from './loading.js';

// Operators load this page's code; readers of figures do not.
const Projections = lazy(() => import('../pages/projections.js'));

/** Every projection with its generations, for whoever runs Tidemark. */
export function ProjectionsPlace() {
  return (
    <Frame place="projections" title="Projections">
      <Loaded>
        <Projections />
      </Loaded>
    </Frame>
  );
}
