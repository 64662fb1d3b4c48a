import { useMutation } from '@apollo/client/react';
import { useState } from 'react';
import { ask } from '../../apollo/ask.js';
import { useAsked } from '../../apollo/use-asked.js';
import { useRefresh } from '../../apollo/use-refresh.js';
import { useNow } from '../../controls/clock.js';
import { formatMoment } from '../../format.js';
import {
  CreateShareLinkDocument,
  RevokeShareLinkDocument,
  ShareLinksDocument,
  type ShareLinkItemFragment,
} from '../../gql/graphql.js';
import { AskButton } from '../../ui/ask-button.js';
import { Choice, faultsOf, Field, Form } from '../../ui/form.js';
import { Once } from '../../ui/once.js';
import { passwordFault } from '../../ui/password.js';
import { ListPanel } from '../list-panel.js';

const DAY_MS = 86_400_000;
const LASTS = [
  { value: '30', name: '30 days' },
  { value: '1', name: 'A day' },
  { value: '7', name: '7 days' },
  { value: '', name: 'Until it is revoked' },
];

interface MadeLink {
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

/** Links that show the figures of the site to whoever has them. */
export function SharesPanel({ siteId }: { siteId: string }) {
  const { data, failure } = useAsked(ShareLinksDocument, {
    variables: { siteId },
    fetchPolicy: 'cache-and-network',
  });
  const again = useRefresh();
  const [made, setMade] = useState<MadeLink>();
  const onRevoked = (id: string) => {
    if (made?.id === id) setMade(undefined);
    void again();
  };
  return (
    <ListPanel
      id="shares"
      title="Links that show this site"
      note="Its figures, to look at"
      items={data?.shareLinks.filter(({ revokedAt }) => revokedAt === null)}
      error={failure}
      empty="Nobody without an account sees it."
      footer={
        <div className="card-form-wide">
          {made && (
            <Once
              label={`Link ${made.name}`}
              shown={made.url}
              what="the link"
              onDone={() => setMade(undefined)}
            >
              <strong>Copy the link now.</strong> It is not shown again.
            </Once>
          )}
          <ShareForm
            siteId={siteId}
            onMade={(link) => {
              setMade(link);
              void again();
            }}
          />
        </div>
      }
    >
      {(link) => <ShareLine key={link.id} link={link} onRevoked={onRevoked} />}
    </ListPanel>
  );
}

interface LineProps {
  readonly link: ShareLinkItemFragment;
  readonly onRevoked: (id: string) => void;
}

function ShareLine({ link, onRevoked }: LineProps) {
  const [revoke] = useMutation(RevokeShareLinkDocument);
  const { id, name, createdAt, expiresAt, hasPassword } = link;
  const now = useNow();
  return (
    <li className="line" data-link={name}>
      <div>
        <p>
          {name}
          {hasPassword && <span className="badge">password</span>}
        </p>
        <p className="note">
          Since {formatMoment(createdAt)}
          {expiresAt && (
            <>
              , {Date.parse(expiresAt) < now ? 'ended' : 'until'} {formatMoment(expiresAt)}
            </>
          )}
        </p>
      </div>
      <AskButton
        label="Revoke"
        about={`Revoke the link ${name}`}
        title={`Revoke the link ${name}?`}
        confirm="Revoke"
        run={async () => {
          await ask(() => revoke({ variables: { id } }));
          onRevoked(id);
        }}
      >
        <p>Whoever has it sees nothing of the site from then on.</p>
      </AskButton>
    </li>
  );
}

function ShareForm({ siteId, onMade }: { siteId: string; onMade: (made: MadeLink) => void }) {
  const [create] = useMutation(CreateShareLinkDocument);
  return (
    <Form
      label="New link"
      submit="Create a link"
      plain
      check={({ name, linkPassword }) =>
        faultsOf({
          name: name?.trim() ? undefined : 'Give a name, such as for whom it is.',
          linkPassword: linkPassword ? passwordFault(linkPassword) : undefined,
        })
      }
      run={async ({ name = '', lasts = '', linkPassword = '' }, form) => {
        const variables = {
          siteId,
          name: name.trim(),
          password: linkPassword === '' ? null : linkPassword,
          expiresAt: lasts === '' ? null : new Date(Date.now() + Number(lasts) * DAY_MS).toISOString(),
        };
        const { data } = await ask(() => create({ variables }));
        form.reset();
        if (!data) return;
        const { url, link } = data.createShareLink;
        onMade({ id: link.id, name: link.name, url: new URL(url, window.location.origin).href });
      }}
    >
      <div className="form-columns">
        <Field
          name="name"
          label="Name"
          placeholder="For the board"
          autoComplete="off"
          maxLength={100}
          required
        />
        <Choice name="lasts" label="Works" options={LASTS} />
      </div>
      {/* No `password`: browsers would keep it as the one of an account here. It is made up to be told to others. */}
      <Field
        name="linkPassword"
        label="Password (optional)"
        autoComplete="off"
        autoCapitalize="none"
        hint="Whoever opens the link is asked for it."
      />
    </Form>
  );
}
