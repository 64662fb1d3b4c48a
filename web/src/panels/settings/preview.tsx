import { useState } from 'react';
import { reasonOf } from '../../apollo/reason.js';
import { useAttempt } from '../../apollo/use-attempt.js';
import { useLive } from '../../apollo/use-live.js';
import { PreviewLiveDocument, type PreviewLiveSubscription } from '../../gql/graphql.js';
import { courseOf, hasEnded, outcomeOf } from '../projections/jobs.js';
import { ProgressBar } from '../projections/progress-bar.js';
import { PreviewResult } from './preview-result.js';
import type { SiteSettings } from './site.js';

/** A change that is looked at before it is made. */
export interface Proposal {
  /** Of the preview. */
  readonly jobId: number;
  readonly title: string;
  /** The answer that makes the change: a verb. */
  readonly confirm: string;
  readonly apply: () => Promise<void>;
}

interface Props {
  readonly siteId: string;
  readonly site: SiteSettings;
  readonly proposal: Proposal;
  readonly onClose: () => void;
}

/** How far a preview is, what it found, and the way to make the change or to leave it. */
export function PreviewPanel({ siteId, site, proposal, onClose }: Props) {
  const { jobId, title, confirm, apply } = proposal;
  const [job, setJob] = useState<PreviewLiveSubscription['jobChanged']>();
  const failure = useLive(PreviewLiveDocument, {
    variables: { jobId },
    onPush: ({ jobChanged }) => setJob(jobChanged),
  });
  const { fault, busy, attempt } = useAttempt();
  const under = !job || !hasEnded(job);

  const go = async () => {
    if (await attempt(apply)) onClose();
  };
  return (
    <section className="preview" aria-label="Preview" aria-busy={under}>
      <header>
        <h3>{title}</h3>
        <button type="button" className="button quiet" onClick={onClose}>
          {under ? 'Cancel' : 'Close'}
        </button>
      </header>
      {job?.preview ? (
        <PreviewResult siteId={siteId} timeZone={site.timeZone} preview={job.preview} />
      ) : job && hasEnded(job) ? (
        <p className="verdict fault" role="alert">
          {outcomeOf(job)}
        </p>
      ) : (
        <div className="preview-wait" role="status">
          <p className="note">
            {job?.state === 'running'
              ? (courseOf(job) ?? 'Counting from the log')
              : failure
                ? reasonOf(failure)
                : 'Counting from the log what the figures would be; what is served stays as it is'}
          </p>
          <ProgressBar label={title} share={job?.progress ?? 0} />
        </div>
      )}
      {fault !== undefined && (
        <p className="verdict fault" role="alert">
          {fault}
        </p>
      )}
      <div className="rule-buttons">
        <button type="button" className="button primary" disabled={busy} onClick={() => void go()}>
          {confirm}
        </button>
      </div>
    </section>
  );
}
