import { lazy, Suspense } from 'react';
import { ErrorBoundary } from '../ui/error-boundary.js';
import { Broken } from './broken.js';
import { Frame } from './frame.js';

// Operators load this page's code; readers of figures do not.
const Projections = lazy(() => import('../pages/projections.js'));

/** Every projection with its generations, for whoever runs Tidemark. */
export function ProjectionsPlace() {
  return (
    <Frame place="projections" title="Projections">
      <ErrorBoundary fallback={<Broken />}>
        <Suspense
          fallback={
            <p className="visually-hidden" role="status">
              Loading
            </p>
          }
        >
          <Projections />
        </Suspense>
      </ErrorBoundary>
    </Frame>
  );
}
