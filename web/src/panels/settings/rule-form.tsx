import { useMutation } from '@apollo/client/react';
import { useId, useState } from 'react';
import { AddRuleDocument, PreviewRuleDocument } from '../../gql/graphql.js';
import { ask } from '../../apollo/ask.js';
import { useAttempt } from '../../apollo/use-attempt.js';
import { make } from './change.js';
import type { Proposal } from './preview.js';
import { KINDS, ruleOf, wordsOf, type RuleField, type RuleKind } from './rule-kinds.js';
import type { SiteSettings } from './site.js';

interface Props {
  readonly siteId: string;
  readonly site: SiteSettings;
  readonly onProposal: (proposal: Proposal) => void;
  readonly onAdded: () => void;
}

/** A new rule: the fields of its kind, each with what the API says about it. */
export function RuleForm({ siteId, site, onProposal, onAdded }: Props) {
  const [kind, setKind] = useState<RuleKind>('EXCLUDE_PATH');
  const [typed, setTyped] = useState<Partial<Record<RuleField, string>>>({});
  const { fault, faults, busy, attempt, forget } = useAttempt();
  const [add] = useMutation(AddRuleDocument);
  const [preview] = useMutation(PreviewRuleDocument);
  const id = useId();
  const { fields, about } = KINDS.find((each) => each.kind === kind) ?? { fields: [], about: '' };
  const named = new Set<string>(fields.map(({ name }) => name));
  const others = fault !== undefined && !Object.keys(faults).some((field) => named.has(field));

  const apply = async () => {
    await make(site, (revision) => add({ variables: { siteId, rule: ruleOf(kind, typed), revision } }));
    setTyped({});
    onAdded();
  };
  const show = async () => {
    const rule = ruleOf(kind, typed);
    const { data } = await ask(() => preview({ variables: { siteId, rule } }));
    const jobId = data?.previewRule.jobId;
    const title = `With the rule “${wordsOf(rule)}”`;
    if (jobId !== undefined) onProposal({ jobId, title, confirm: 'Apply the rule', apply });
  };
  return (
    <form
      className="rule-form"
      aria-label="Add a rule"
      onSubmit={(event) => {
        event.preventDefault();
        void attempt(show);
      }}
    >
      <h3>Add a rule</h3>
      <div className="rule-fields">
        <label>
          <span>What it does</span>
          <select
            value={kind}
            aria-describedby={`${id}-about`}
            onChange={(event) => {
              setKind(event.target.value as RuleKind);
              forget();
            }}
          >
            {KINDS.map((each) => (
              <option key={each.kind} value={each.kind}>
                {each.label}
              </option>
            ))}
          </select>
        </label>
        {fields.map(({ name, label, placeholder, hint }) => (
          <label key={name}>
            <span>{label}</span>
            <input
              value={typed[name] ?? ''}
              placeholder={placeholder}
              spellCheck={false}
              autoCapitalize="none"
              autoComplete="off"
              aria-invalid={faults[name] !== undefined}
              aria-describedby={`${id}-${name}`}
              onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
            />
            <span id={`${id}-${name}`} className={faults[name] === undefined ? 'note' : 'fault'}>
              {faults[name] ?? hint}
            </span>
          </label>
        ))}
      </div>
      <p id={`${id}-about`} className="note">
        {about} For the past too; the log keeps every event.
      </p>
      {fault !== undefined && (
        <p className={others ? 'fault' : 'visually-hidden'} role="alert">
          {fault}
        </p>
      )}
      <div className="rule-buttons">
        <button type="submit" className="button primary" disabled={busy}>
          Preview
        </button>
        <button type="button" className="button" disabled={busy} onClick={() => void attempt(apply)}>
          Apply at once
        </button>
      </div>
    </form>
  );
}
