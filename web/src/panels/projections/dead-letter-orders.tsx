import { useMutation } from '@apollo/client/react';
import { ask } from '../../apollo/ask.js';
import {
  DiscardDeadLettersDocument,
  RetryDeadLettersDocument,
  type DeadLetterSelectionInput,
} from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';

/** The API's own bound. */
const LONGEST_NOTE = 1_000;

interface Props {
  readonly label: string;
  readonly selection: DeadLetterSelectionInput;
  /** Which dead letters: "dead letter 17". */
  readonly what: string;
}

export function RetryButton({ label, selection, what }: Props) {
  const [retry] = useMutation(RetryDeadLettersDocument);
  return (
    <AskButton
      label={label}
      about={`${label}: ${what}`}
      title={`Retry ${what}?`}
      confirm="Retry"
      run={() => ask(() => retry({ variables: { selection } }))}
    >
      <p>
        It is projected again, as it stands in the log. An event for which that succeeds is counted; one that
        fails again stays here, with the new reason.
      </p>
    </AskButton>
  );
}

export function DiscardButton({ label, selection, what }: Props) {
  const [discard] = useMutation(DiscardDeadLettersDocument);
  return (
    <AskButton
      label={label}
      about={`${label}: ${what}`}
      title={`Discard ${what}?`}
      confirm="Discard"
      run={({ note = '' }) => ask(() => discard({ variables: { selection, note } }))}
    >
      <p>
        It stays in the log, and out of the projection’s figures for good, in every later rebuild too. This
        cannot be taken back.
      </p>
      <label>
        Why, for whoever looks later
        <textarea name="note" rows={3} required maxLength={LONGEST_NOTE} />
      </label>
    </AskButton>
  );
}
