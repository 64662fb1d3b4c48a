import { useMutation } from '@apollo/client/react';
import { useId, useState } from 'react';
import { DeleteSiteDocument, TransferSiteDocument, type ProjectFragment } from '../../gql/graphql.js';
import type { Viewer } from '../../session/session.js';
import { AskButton } from '../../ui/ask-button.js';
import { useMade } from './use-made.js';

const GRACE_DAYS = 7;

interface Props {
  readonly site: ProjectFragment;
}

/** Asks for the name before it lets a project go. */
export function DeleteProject({ site: { id, name } }: Props) {
  const make = useMade();
  const [remove] = useMutation(DeleteSiteDocument);
  const [typed, setTyped] = useState('');
  const field = useId();
  return (
    <AskButton
      label="Delete"
      about={`Delete ${name}`}
      title={`Delete ${name}?`}
      confirm="Delete"
      run={async () => {
        if (typed.trim() !== name) throw new Error(`Type ${name} to say that you mean it.`);
        await make(() => remove({ variables: { siteId: id, graceDays: GRACE_DAYS } }));
        setTyped('');
      }}
    >
      <p>
        It goes on as it is for {GRACE_DAYS} days, and you can keep it until then. After that it is in no
        answer any more, and its ID stays taken.
      </p>
      <label htmlFor={field}>
        Its name, <strong>{name}</strong>
        <input
          id={field}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
      </label>
    </AskButton>
  );
}

interface TransferProps extends Props {
  readonly elsewhere: Viewer['organizations'];
}

export function TransferProject({ site: { id, name }, elsewhere }: TransferProps) {
  const make = useMade();
  const [transfer] = useMutation(TransferSiteDocument);
  const [to, setTo] = useState(elsewhere[0]?.id ?? '');
  return (
    <AskButton
      label="Transfer"
      about={`Transfer ${name}`}
      title={`Give ${name} to another organization?`}
      confirm="Transfer"
      run={() => make(() => transfer({ variables: { siteId: id, organizationId: to } }))}
    >
      <p>
        With all its past. Its public keys go with it; its secret keys are worth nothing from then on, and
        nobody here sees it any more.
      </p>
      <label>
        To
        <select value={to} onChange={(event) => setTo(event.target.value)}>
          {elsewhere.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
    </AskButton>
  );
}
