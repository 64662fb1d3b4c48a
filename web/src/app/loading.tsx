import { Suspense, type ReactNode } from 'react';
import { ErrorBoundary } from '../ui/error-boundary.js';
import { Broken } from './broken.js';

/** Stands for a page of which nothing is known yet. */
export function Loading() {
  return (
    <p className="visually-hidden" role="status">
      Loading
    </p>
  );
}

/** Holds a page whose code is loaded when it is opened. */
export function Loaded({ children }: { children: ReactNode }) {
  return (
    <ErrorBoundary fallback={<Broken />}>
      <Suspense fallback={<Loading />}>{children}</Suspense>
    </ErrorBoundary>
  );
}
