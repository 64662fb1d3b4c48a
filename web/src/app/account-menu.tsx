import { useMutation } from '@apollo/client/react';
import { ask } from '../apollo/ask.js';
import { useAttempt } from '../apollo/use-attempt.js';
import { PlaceLink, type Place } from '../controls/place.js';
import { ThemeToggle } from '../controls/theme-toggle.js';
import { SwitchOrganizationDocument } from '../gql/graphql.js';
import { leaveTo } from '../session/leave-to.js';
import type { Viewer } from '../session/session.js';
import { signOut } from '../session/sign-out.js';
import { Icon } from '../ui/icon.js';
import { Popover } from '../ui/popover.js';

const LINKS: readonly { readonly to: Place; readonly text: string }[] = [
  { to: 'projects', text: 'Projects' },
  { to: 'organization', text: 'Organization' },
  { to: 'account', text: 'Your account' },
];

/** Who is signed in, where they work, and the way out. */
export function AccountMenu({ viewer }: { viewer: Viewer }) {
  return (
    <Popover
      button={
        <>
          <span className="initials" aria-hidden="true">
            {initialsOf(viewer.name || viewer.email)}
          </span>
          <span className="visually-hidden">Account of {viewer.name || viewer.email}</span>
        </>
      }
      buttonClass="account-button"
      active={false}
    >
      {(close) => <Menu viewer={viewer} close={close} />}
    </Popover>
  );
}

function Menu({ viewer, close }: { viewer: Viewer; close: () => void }) {
  const [switchTo] = useMutation(SwitchOrganizationDocument);
  const { fault, busy, attempt } = useAttempt();
  // The page is loaded anew, at its start: nothing of one organization is ever shown in another.
  const change = (id: string) =>
    attempt(async () => {
      await ask(() => switchTo({ variables: { id } }));
      await leaveTo('/');
    });
  return (
    <div className="account-menu">
      <div className="account-who">
        <div>
          <p className="account-name">{viewer.name}</p>
          <p className="note">{viewer.email}</p>
        </div>
        <ThemeToggle />
      </div>
      {viewer.organizations.length > 0 && (
        <ul aria-label="Organizations">
          {viewer.organizations.map(({ id, name, role }) => {
            const current = id === viewer.organization?.id;
            return (
              <li key={id}>
                <button
                  type="button"
                  aria-current={current}
                  disabled={busy}
                  onClick={() => (current ? close() : void change(id))}
                >
                  <span>{name}</span>
                  <span className="note">{role}</span>
                  {current && <Icon name="check" />}
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <nav aria-label="Yours" onClick={close}>
        {LINKS.filter(({ to }) => to !== 'projects' || viewer.organization).map(({ to, text }) => (
          <PlaceLink key={to} to={to} className="menu-link">
            {text}
          </PlaceLink>
        ))}
        {viewer.operator && (
          <PlaceLink to="projections" className="menu-link">
            Projections
          </PlaceLink>
        )}
      </nav>
      <button
        type="button"
        className="menu-link"
        disabled={busy}
        onClick={() => void attempt(() => signOut())}
      >
        Sign out
      </button>
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}

function initialsOf(name: string): string {
  const words = name
    .split(/[\s@.]+/)
    .filter((word) => word !== '')
    .map((word) => [...word][0] ?? '');
  return words.slice(0, 2).join('').toUpperCase();
}
