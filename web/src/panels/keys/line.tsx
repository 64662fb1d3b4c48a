import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { formatMoment } from '../../format.js';
import { RevokeKeyDocument, RotateKeyDocument, type KeyItemFragment } from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';
import type { MadeKey } from './new-key.js';

const OVERLAPS = [
  { hours: 0, name: 'at once' },
  { hours: 1, name: 'in an hour' },
  { hours: 24, name: 'in a day' },
  { hours: 168, name: 'in a week' },
] as const;

interface Props {
  readonly item: KeyItemFragment;
  readonly onMade: (made: MadeKey) => void;
  readonly onChanged: () => void;
}

export function KeyLine({ item, onMade, onChanged }: Props) {
  const { id, kind, name, siteId, scopes, origins, prefix, lastFour, expiresAt, state } = item;
  const [revoke] = useMutation(RevokeKeyDocument);
  return (
    <li className="line" data-key={name} data-state={state}>
      <div>
        <p>
          {name}
          <span className="badge">{kind === 'PUBLIC' ? 'public' : 'secret'}</span>
          {siteId === null && <span className="badge">all projects</span>}
          {state !== 'ACTIVE' && <span className="badge bad">{state.toLowerCase()}</span>}
        </p>
        <p className="note">
          <code>
            {prefix}…{lastFour}
          </code>{' '}
          <span className="dot">·</span> {scopes.join(', ')}
          {origins.length > 0 && <> from {origins.join(', ')}</>} <span className="dot">·</span>{' '}
          {usedOf(item)}
          {state === 'ACTIVE' && expiresAt && <>, until {formatMoment(expiresAt)}</>}
        </p>
      </div>
      {state === 'ACTIVE' && (
        <div className="line-end">
          <Rotate item={item} onMade={onMade} />
          <AskButton
            label="Revoke"
            about={`Revoke ${name}`}
            title={`Revoke ${name}?`}
            confirm="Revoke"
            run={async () => {
              await ask(() => revoke({ variables: { id } }));
              onChanged();
            }}
          >
            <p>Whatever still uses it is refused within a second. That cannot be undone.</p>
          </AskButton>
        </div>
      )}
    </li>
  );
}

function Rotate({ item: { id, name, kind }, onMade }: Pick<Props, 'item' | 'onMade'>) {
  const [rotate] = useMutation(RotateKeyDocument);
  const [hours, setHours] = useState(24);
  return (
    <AskButton
      label="Rotate"
      about={`Rotate ${name}`}
      title={`Make another key in place of ${name}?`}
      confirm="Rotate"
      run={async () => {
        const { data } = await ask(() => rotate({ variables: { id, overlapHours: hours } }));
        if (data) onMade({ secret: data.rotateKey.secret, name, kind });
      }}
    >
      <p>Both work until the old one ends, so that nothing is lost while you change it everywhere.</p>
      <label>
        The old one ends
        <select value={hours} onChange={(event) => setHours(Number(event.target.value))}>
          {OVERLAPS.map((each) => (
            <option key={each.hours} value={each.hours}>
              {each.name}
            </option>
          ))}
        </select>
      </label>
    </AskButton>
  );
}

const usedOf = ({ lastUsedAt, createdAt }: KeyItemFragment): string =>
  lastUsedAt ? `last used ${formatMoment(lastUsedAt)}` : `never used, made ${formatMoment(createdAt)}`;
