import { connection } from '../apollo/connection.js';
import { isBadInput, reasonOf } from '../apollo/reason.js';
import { changeAddress } from '../controls/address.js';
import { feedAddress, trimmed, type FeedView } from '../controls/feed-view.js';
import { FeedFilters } from '../panels/events/feed-filters.js';
import { FeedList } from '../panels/events/feed-list.js';
import { useSession } from '../session/session.js';
import { CopyButton } from '../ui/copy-button.js';
import { OperatorFrame } from './operator-frame.js';
import { curlSnippet } from './snippets.js';
import { useFeed } from './use-feed.js';
import '../styles/events.css';

/** What becomes of each call, as it comes in: for whoever wires up an app. */
export default function Events({ view }: { view: FeedView }) {
  const asked = trimmed(view);
  const change = (changed: Partial<FeedView>) =>
    changeAddress(feedAddress({ ...view, ...changed }), 'replace');
  return (
    <OperatorFrame
      title={view.site === undefined || view.all ? 'Events of all sites' : `Events of ${view.site}`}
      note="Each call as it comes in: what is stored, and what is refused and why."
      what="The events"
      loaded
      failure={undefined}
      onRetry={connection.retryNow}
    >
      <FeedFilters view={view} onChange={change} />
      {/* With other filters it begins anew. */}
      <Feed key={feedAddress(asked)} view={asked} />
    </OperatorFrame>
  );
}

function Feed({ view }: { view: FeedView }) {
  const { feed, pause, resume, failure } = useFeed(view);
  const site = view.all ? undefined : view.site;
  const { viewer } = useSession();
  const key = viewer && 'pk_YOUR_KEY';
  const snippet = curlSnippet(window.location.origin, view.site ?? 'my-site', key);
  const narrowed = view.outcome !== undefined || view.type !== '' || view.text !== '';
  return (
    <>
      {failure && (
        <p className="fault" role="alert">
          {isBadInput(failure)
            ? `There is no such feed. ${reasonOf(failure)}`
            : `The feed ended: ${failure.message} It begins again by itself.`}
        </p>
      )}
      <FeedList
        feed={feed}
        site={site}
        onPause={pause}
        onResume={resume}
        empty={
          narrowed ? (
            <p>Nothing yet that fits the filters.</p>
          ) : (
            <>
              <p>
                Nothing yet. Send an event: it appears here within a second, and so does what is wrong with
                it.
              </p>
              {viewer && (
                <p className="note">
                  What comes without a right key may be anybody’s, so it is no page’s: on the server{' '}
                  <code>npm run tidemark -- tail</code> shows it.
                </p>
              )}
              <div className="snippet">
                <pre tabIndex={0} aria-label="From a terminal">
                  <code>{snippet}</code>
                </pre>
                <CopyButton text={snippet} what="the curl command" />
              </div>
            </>
          )
        }
      />
    </>
  );
}
