import { courseOf, type Job } from '../projections/jobs.js';
import { ProgressBar } from '../projections/progress-bar.js';
import { Icon } from '../../ui/icon.js';
import type { SiteSettings } from './site.js';

interface Props {
  readonly served: SiteSettings;
  readonly pending: NonNullable<SiteSettings['pendingSettings']>;
  readonly job: Job;
}

/** The figures are being made anew: with what, how far that is, and what is served until then. */
export function PendingNotice({ served, pending, job }: Props) {
  const failed = job.state === 'failed';
  const title = `Figures with ${differenceOf(served, pending)}`;
  return (
    <section className="card pending" aria-label="Figures that are made anew" data-state={job.state}>
      <Icon name={failed ? 'warning' : 'retry'} />
      <div>
        <p>
          <strong>{title}</strong>{' '}
          <span role={failed ? 'alert' : 'status'}>
            {failed
              ? `could not be made: ${job.error ?? 'no reason was given'}`
              : 'are being made from the log.'}
          </span>{' '}
          {job.state === 'running' && courseOf(job)}
        </p>
        <p className="note">
          {failed
            ? 'What is served stays as it was. It is tried again when a projector starts, or with the next change.'
            : 'Until they are complete the figures are served as they were, and go on counting. This page can be closed.'}
        </p>
        {!failed && <ProgressBar label={title} share={job.progress ?? 0} />}
      </div>
    </section>
  );
}

function differenceOf(served: SiteSettings, pending: Props['pending']): string {
  const parts = [
    pending.timeZone !== served.timeZone && `days of ${pending.timeZone}`,
    rulesOf(served.rules.length, pending.rules.length, !sameRules(served.rules, pending.rules)),
  ].filter((part) => typeof part === 'string');
  return parts.length === 0 ? 'the settings as they are' : parts.join(' and ');
}

function rulesOf(before: number, after: number, differ: boolean): string | false {
  if (!differ) return false;
  const count = (rules: number) => (rules === 0 ? 'no rules' : rules === 1 ? '1 rule' : `${rules} rules`);
  return before === after ? 'other rules' : `${count(after)} instead of ${count(before)}`;
}

const sameRules = (one: SiteSettings['rules'], other: SiteSettings['rules']): boolean =>
  one.length === other.length && one.every(({ id }) => other.some((rule) => rule.id === id));
