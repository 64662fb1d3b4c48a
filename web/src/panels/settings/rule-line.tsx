import { useMutation } from '@apollo/client/react';
import { PreviewRuleDocument, RemoveRuleDocument, type RuleItemFragment } from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';
import { ask } from '../../apollo/ask.js';
import { useAttempt } from '../../apollo/use-attempt.js';
import { make } from './change.js';
import type { Proposal } from './preview.js';
import type { SiteSettings } from './site.js';

interface Props {
  readonly siteId: string;
  readonly site: SiteSettings;
  readonly rule: RuleItemFragment;
  /** coming, going: the figures with it, or without it, are being made. */
  readonly state: 'served' | 'coming' | 'going';
  readonly onProposal: (proposal: Proposal) => void;
}

const STATES = {
  served: undefined,
  coming: 'not in the figures yet',
  going: 'in the figures until they are made anew',
};

/** One rule, and the ways to be rid of it. */
export function RuleLine({ siteId, site, rule, state, onProposal }: Props) {
  const [remove] = useMutation(RemoveRuleDocument);
  const [preview] = useMutation(PreviewRuleDocument);
  const { fault, busy, attempt } = useAttempt();
  const apply = () => make(site, (revision) => remove({ variables: { siteId, ruleId: rule.id, revision } }));
  const show = async () => {
    const { data } = await ask(() => preview({ variables: { siteId, remove: rule.id } }));
    const jobId = data?.previewRule.jobId;
    if (jobId !== undefined)
      onProposal({ jobId, title: `Without the rule “${rule.summary}”`, confirm: 'Remove the rule', apply });
  };
  return (
    <li className="line" data-rule={rule.id} data-state={state}>
      <div>
        <p>
          <bdi>{rule.summary}</bdi>
          {STATES[state] !== undefined && <span className="badge">{STATES[state]}</span>}
        </p>
      </div>
      {state !== 'going' && (
        <div className="line-end">
          <button
            type="button"
            className="button quiet"
            aria-label={`Preview without: ${rule.summary}`}
            disabled={busy}
            onClick={() => void attempt(show)}
          >
            Preview without
          </button>
          <AskButton
            label="Remove"
            about={`Remove: ${rule.summary}`}
            title="Remove this rule?"
            confirm="Remove"
            run={apply}
          >
            <p>{rule.summary}.</p>
            <p>
              The figures, those of the past too, are then as if this rule had never been there. They are made
              anew from the log beside those that are served. You can take this back.
            </p>
          </AskButton>
        </div>
      )}
      {fault !== undefined && (
        <p className="fault line-fault" role="alert">
          {fault}
        </p>
      )}
    </li>
  );
}
