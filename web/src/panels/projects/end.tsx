import { useMutation } from '@apollo/client/react';
import { useId } from 'react';
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
  const field = useId();
  return (
    <AskButton
      label="Delete"
      about={`Delete ${name}`}
      title={`Delete ${name}?`}
      confirm="Delete"
      run={async ({ typed }) => {
        if (typed?.trim() !== name) throw new Error(`Type ${name} to say that you mean it.`);
        await make(() => remove({ variables: { siteId: id, graceDays: GRACE_DAYS } }));
      }}
    >
      <p>
        It goes on as it is for {GRACE_DAYS} days, and you can keep it until then. After that it is in no
        answer any more, and its ID stays taken.
      </p>
      <label htmlFor={field}>
        Its name, <strong>{name}</strong>
        <input id={field} name="typed" autoComplete="off" spellCheck={false} />
      </label>
    </AskButton>
  );
}

interface TransferProps extends Props {
  /** Where it may go: one at least. */
  readonly elsewhere: Viewer['organizations'];
}

export function TransferProject({ site: { id, name }, elsewhere }: TransferProps) {
  const make = useMade();
  const [transfer] = useMutation(TransferSiteDocument);
  return (
    <AskButton
      label="Transfer"
      about={`Transfer ${name}`}
      title={`Give ${name} to another organization?`}
      confirm="Transfer"
      run={({ to = '' }) => make(() => transfer({ variables: { siteId: id, organizationId: to } }))}
    >
      <p>
        With all its past. Its public keys go with it; its secret keys and the links that show it are worth
        nothing from then on, and nobody here sees it any more.
      </p>
      <label>
        To
        <select name="to">
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
