import type { ConnectionState as State } from '../apollo/connection.js';

const STATES: Record<State, string> = {
  connecting: 'Connecting',
  live: 'Live',
  reconnecting: 'Reconnecting',
};

/** Whether the page is kept current; `moved` lets the dot pulse each time it is another value. */
export function ConnectionState({ state, moved }: { state: State; moved?: number | string | undefined }) {
  return (
    <p className="live-state" data-state={state}>
      <span key={moved} className="live-dot" data-moved={moved !== undefined} />
      <span role="status">{STATES[state]}</span>
    </p>
  );
}
