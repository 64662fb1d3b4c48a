import { useMutation } from '@apollo/client/react';
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
  readonly onRevoked: (id: string) => void;
}

export function KeyLine({ item, onMade, onRevoked }: Props) {
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
              onRevoked(id);
            }}
          >
            <OfAll item={item} />
            <p>Whatever still uses it is refused within a second. That cannot be undone.</p>
          </AskButton>
        </div>
      )}
    </li>
  );
}

/** Whoever comes from the page of one project may take the key for one of its own. */
function OfAll({ item: { siteId } }: Pick<Props, 'item'>) {
  if (siteId !== null) return null;
  return (
    <p>
      <strong>It is a key of all projects of the organization, not of this one alone.</strong>
    </p>
  );
}

function Rotate({ item, onMade }: Pick<Props, 'item' | 'onMade'>) {
  const { id, name, kind } = item;
  const [rotate] = useMutation(RotateKeyDocument);
  return (
    <AskButton
      label="Rotate"
      about={`Rotate ${name}`}
      title={`Make another key in place of ${name}?`}
      confirm="Rotate"
      run={async ({ hours }) => {
        const { data } = await ask(() => rotate({ variables: { id, overlapHours: Number(hours) } }));
        if (!data) return;
        const { secret, key } = data.rotateKey;
        onMade({ id: key.id, secret, name, kind });
      }}
    >
      <OfAll item={item} />
      <p>Both work until the old one ends, so that nothing is lost while you change it everywhere.</p>
      <label>
        The old one ends
        <select name="hours" defaultValue={24}>
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
