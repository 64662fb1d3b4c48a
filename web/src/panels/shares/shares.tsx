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
import { CopyButton } from '../../ui/copy-button.js';
import { Choice, faultsOf, Field, Form } from '../../ui/form.js';
import { passwordFault } from '../../ui/password.js';
import { ListPanel } from '../list-panel.js';

const DAY_MS = 86_400_000;
const LASTS = [
  { value: '30', name: '30 days' },
  { value: '1', name: 'A day' },
  { value: '7', name: '7 days' },
  { value: '', name: 'Until it is revoked' },
];

/** Links that show the figures of the site to whoever has them. */
export function SharesPanel({ siteId }: { siteId: string }) {
  const { data, failure } = useAsked(ShareLinksDocument, {
    variables: { siteId },
    fetchPolicy: 'cache-and-network',
  });
  const again = useRefresh();
  return (
    <ListPanel
      id="shares"
      title="Links that show this site"
      note="Its figures, to look at"
      items={data?.shareLinks.filter(({ revokedAt }) => revokedAt === null)}
      error={failure}
      empty="Nobody without an account sees it."
      footer={<ShareForm siteId={siteId} onMade={() => void again()} />}
    >
      {(link) => <ShareLine key={link.id} link={link} onChanged={() => void again()} />}
    </ListPanel>
  );
}

function ShareLine({ link, onChanged }: { link: ShareLinkItemFragment; onChanged: () => void }) {
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
          onChanged();
        }}
      >
        <p>Whoever has it sees nothing of the site from then on.</p>
      </AskButton>
    </li>
  );
}

function ShareForm({ siteId, onMade }: { siteId: string; onMade: () => void }) {
  const [create] = useMutation(CreateShareLinkDocument);
  const [url, setUrl] = useState<string>();
  return (
    <div className="card-form-wide">
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
          setUrl(undefined);
          const variables = {
            siteId,
            name: name.trim(),
            password: linkPassword === '' ? null : linkPassword,
            expiresAt: lasts === '' ? null : new Date(Date.now() + Number(lasts) * DAY_MS).toISOString(),
          };
          const { data } = await ask(() => create({ variables }));
          form.reset();
          onMade();
          if (data) setUrl(new URL(data.createShareLink.url, window.location.origin).href);
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
        <Field
          name="linkPassword"
          label="Password (optional)"
          type="password"
          autoComplete="new-password"
          hint="Whoever opens the link is asked for it."
        />
      </Form>
      {url !== undefined && (
        <div className="once" role="status">
          <p>
            <strong>Copy the link now.</strong> It is not shown again.
          </p>
          <div className="copy-line">
            <code>{url}</code>
            <CopyButton text={url} what="the link" />
          </div>
        </div>
      )}
    </div>
  );
}
