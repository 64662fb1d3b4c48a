import { useRef, type ReactNode } from 'react';
import { connection, useConnection } from '../apollo/connection.js';
import { ConnectionState } from '../panels/connection-state.js';
import { useKeptFocus } from '../ui/use-kept-focus.js';
import { AwayNotice, NotLoaded } from './away-notice.js';

interface Props {
  readonly title: string;
  readonly note: string;
  /** As a title names what is on the page: "The projections". */
  readonly what: string;
  readonly loaded: boolean;
  readonly failure: unknown;
  readonly onRetry: () => void;
  readonly children: ReactNode;
}

/** Title, connection, and what is said while the API is away, of a page about more than figures. */
export function OperatorFrame({ title, note, what, loaded, failure, onRetry, children }: Props) {
  const page = useRef<HTMLDivElement>(null);
  useKeptFocus(page);
  const { state } = useConnection();
  const retryNow = () => {
    connection.retryNow();
    onRetry();
  };
  return (
    <div ref={page}>
      <div className="page-title">
        <div>
          <h1>{title}</h1>
          <p className="note">{note}</p>
        </div>
        <ConnectionState state={state} />
      </div>
      {loaded && <AwayNotice failed={failure !== undefined} onRetry={retryNow} />}
      {failure !== undefined && !loaded ? (
        <NotLoaded what={what} failure={failure} onRetry={retryNow} />
      ) : (
        children
      )}
    </div>
  );
}
