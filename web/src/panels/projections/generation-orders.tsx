import { useMutation } from '@apollo/client/react';
import { ask } from '../../apollo/ask.js';
import {
  RebuildProjectionDocument,
  RetireProjectionDocument,
  SwapProjectionDocument,
} from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';

export function RebuildButton({ name, served }: { name: string; served: number | undefined }) {
  const [rebuild] = useMutation(RebuildProjectionDocument);
  return (
    <AskButton
      label="Rebuild"
      about={`Rebuild ${name}`}
      icon="retry"
      title={`Rebuild ${name}?`}
      confirm="Rebuild"
      run={() => ask(() => rebuild({ variables: { name } }))}
    >
      <p>
        A new generation is filled from the whole log
        {served !== undefined && `, beside generation ${served}, which goes on being served`}. Nothing that
        anyone sees changes until you switch to it, and before that you can compare the two.
      </p>
    </AskButton>
  );
}

interface Switch {
  readonly name: string;
  readonly served: number;
  readonly to: number;
  /** It was served before. */
  readonly back: boolean;
}

export function SwitchButton({ name, served, to, back }: Switch) {
  const [swap] = useMutation(SwapProjectionDocument);
  const label = back ? 'Switch back' : 'Switch';
  const what = `${label} ${name} to generation ${to}`;
  return (
    <AskButton
      label={label}
      about={what}
      title={`${what}?`}
      confirm={label}
      run={() => ask(() => swap({ variables: { name, generation: to, served } }))}
    >
      <p>
        From one moment on, all queries are answered from generation {to} in place of generation {served}.
        {back && ' It was fed all the while, so it has everything up to now.'} No query fails or sees a mix of
        the two.
      </p>
      <p>Generation {served} is kept and fed for some days, so that you can switch back at once.</p>
    </AskButton>
  );
}

const DROPPED = {
  building: 'The build ends and its tables are dropped.',
  built: 'It is fed no longer and its tables are dropped.',
  kept: 'It is fed no longer and its tables are dropped: switching back to it is not possible any more.',
};

export function RetireButton(props: { name: string; generation: number; state: keyof typeof DROPPED }) {
  const { name, generation, state } = props;
  const [retire] = useMutation(RetireProjectionDocument);
  const label = state === 'building' ? 'Give up' : 'Retire';
  const what = `${label} generation ${generation} of ${name}`;
  return (
    <AskButton
      label={label}
      about={what}
      title={`${what}?`}
      confirm={label}
      run={() => ask(() => retire({ variables: { name, generation } }))}
    >
      <p>
        {DROPPED[state]} What is served stays as it is, and a rebuild makes a new generation from the log at
        any time.
      </p>
    </AskButton>
  );
}
