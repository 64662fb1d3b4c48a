import { ApolloProvider, useApolloClient } from '@apollo/client/react';
import { useEffect, useMemo, useState } from 'react';
import { createApollo } from '../apollo/client.js';
import { isSignedOut, reasonOf } from '../apollo/reason.js';
import { useAsked } from '../apollo/use-asked.js';
import { ignore } from '../apollo/use-retry.js';
import { RangePicker } from '../controls/range-picker.js';
import { useView } from '../controls/use-view.js';
import { type ListedSiteFragment, SitesDocument } from '../gql/graphql.js';
import { Door } from '../pages/doors/door.js';
import { Overview } from '../pages/overview.js';
import { onSessionDoubted } from '../session/doubted.js';
import { SHARED, SessionContext } from '../session/session.js';
import { Form } from '../ui/form.js';
import { PasswordField } from '../ui/password.js';
import { Frame } from './frame.js';
import { Loading } from './loading.js';

/** The figures of one site, for whoever has a link to them: to look at, and nothing else. */
export default function SharePlace({ token }: { token: string }) {
  const [password, setPassword] = useState<string>();
  // Another password is somebody else: nothing of the one before is kept.
  const client = useMemo(() => createApollo({ token, password }), [token, password]);
  return (
    <SessionContext value={SHARED}>
      <ApolloProvider client={client}>
        <Shared key={password} tried={password !== undefined} onPassword={setPassword} />
      </ApolloProvider>
    </SessionContext>
  );
}

function Shared({ tried, onPassword }: { tried: boolean; onPassword: (password: string) => void }) {
  const client = useApolloClient();
  const { data, failure } = useAsked(SitesDocument);
  const refused = isSignedOut(failure);
  const site = data?.sites[0] ?? data?.archived[0];
  useEffect(() => {
    let asking = false;
    return onSessionDoubted(() => {
      // Where the link has ended, the answer is a refusal itself.
      if (asking) return;
      asking = true;
      const asked = client.refetchQueries({ include: [SitesDocument] });
      void asked.catch(ignore).then(() => (asking = false));
    });
  }, [client]);
  if (data) return site && !refused ? <SharedSite site={site} /> : <NoLink />;
  if (refused) return <AskPassword tried={tried} onPassword={onPassword} />;
  if (failure)
    return (
      <Door title="One moment">
        <p role="alert">{reasonOf(failure)} This page tries again by itself.</p>
      </Door>
    );
  return <Loading />;
}

function NoLink() {
  return (
    <Door title="This link shows nothing">
      <p>It was revoked, or is too old. Ask whoever gave it to you for another one.</p>
    </Door>
  );
}

function AskPassword({ tried, onPassword }: { tried: boolean; onPassword: (password: string) => void }) {
  return (
    <Door
      title={tried ? 'That did not open it' : 'This link needs a password'}
      lead={
        tried
          ? 'The password is wrong, or the link was revoked or is too old.'
          : 'Or it was revoked, or is too old: whoever gave it to you knows.'
      }
    >
      <Form
        label="Password of the link"
        submit="Show the figures"
        check={({ linkPassword }) => (linkPassword ? {} : { linkPassword: 'Give the password of the link.' })}
        run={async ({ linkPassword = '' }) => onPassword(linkPassword)}
      >
        <PasswordField name="linkPassword" label="Password" autoComplete="current-password" autoFocus />
      </Form>
    </Door>
  );
}

function SharedSite({ site }: { site: ListedSiteFragment }) {
  const { id, name, timeZone, archivedAt } = site;
  const { view, today, setView } = useView(timeZone);
  return (
    <Frame
      place="figures"
      title={name}
      controls={
        <RangePicker
          range={view.range}
          today={today}
          timeZone={timeZone}
          onChange={(range) => setView({ range })}
        />
      }
    >
      <Overview
        siteId={id}
        name={name}
        timeZone={timeZone}
        view={view}
        today={today}
        setView={setView}
        archived={archivedAt !== null}
      />
    </Frame>
  );
}
