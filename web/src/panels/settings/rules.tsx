import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { CancelPreviewDocument, UndoRuleDocument } from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';
import { Skeleton } from '../../ui/skeleton.js';
import { make } from './change.js';
import { PreviewPanel, type Proposal } from './preview.js';
import { RuleForm } from './rule-form.js';
import { RuleLine } from './rule-line.js';
import type { OfSite, SiteSettings } from './site.js';

/** What is left out of the figures, and which paths are one page; each change is shown before it is made. */
export function RulesPanel({ siteId, site }: OfSite) {
  const [proposal, setProposal] = useState<Proposal>();
  const [cancel] = useMutation(CancelPreviewDocument);
  const propose = (next: Proposal | undefined) => {
    // Nobody waits for the one before any more. One that has ended stays as it is; whether this was heard changes nothing.
    if (proposal) cancel({ variables: { jobId: proposal.jobId } }).catch(() => undefined);
    setProposal(next);
  };
  const done = () => propose(undefined);
  return (
    <section className="card rules" aria-labelledby="rules-title" aria-busy={!site}>
      <header className="card-header">
        <h2 id="rules-title">Rules</h2>
        <p className="note">What does not count, and which paths are one page</p>
        {site && <UndoButton siteId={siteId} site={site} />}
      </header>
      {site ? (
        <RuleList siteId={siteId} site={site} onProposal={propose} />
      ) : (
        <div className="panel-text rows-skeleton">
          <Skeleton width="50%" />
          <Skeleton width="40%" />
        </div>
      )}
      {site && proposal && (
        <PreviewPanel key={proposal.jobId} siteId={siteId} site={site} proposal={proposal} onClose={done} />
      )}
      {site && <RuleForm siteId={siteId} site={site} onProposal={propose} onAdded={done} />}
    </section>
  );
}

interface ListProps {
  readonly siteId: string;
  readonly site: SiteSettings;
  readonly onProposal: (proposal: Proposal) => void;
}

function RuleList({ siteId, site, onProposal }: ListProps) {
  const wanted = site.pendingSettings?.rules ?? site.rules;
  const has = (rules: SiteSettings['rules'], id: string) => rules.some((rule) => rule.id === id);
  const all = [...site.rules, ...wanted.filter(({ id }) => !has(site.rules, id))];
  if (all.length === 0) {
    return <p className="panel-text">No rules: every event counts, under the path that it was sent with.</p>;
  }
  return (
    <ul className="lines">
      {all.map((rule) => (
        <RuleLine
          key={rule.id}
          siteId={siteId}
          site={site}
          rule={rule}
          state={!has(wanted, rule.id) ? 'going' : has(site.rules, rule.id) ? 'served' : 'coming'}
          onProposal={onProposal}
        />
      ))}
    </ul>
  );
}

function UndoButton({ siteId, site }: { siteId: string; site: SiteSettings }) {
  const [undo] = useMutation(UndoRuleDocument);
  return (
    <AskButton
      label="Undo last change"
      icon="undo"
      title="Take back the last change of the rules?"
      confirm="Undo"
      run={() => make(site, (revision) => undo({ variables: { siteId, revision } }))}
    >
      <p>
        A rule that was added last is removed, one that was removed last is there again. The figures are then
        exactly those before that change, plus what came since. The audit trail below shows which one it is.
      </p>
    </AskButton>
  );
}
