import { PasswordPanel } from '../panels/account/password.js';
import { ProfilePanel } from '../panels/account/profile.js';
import { SecondFactorPanel } from '../panels/account/second-factor.js';
import { SessionsPanel } from '../panels/account/sessions.js';
import { useViewer } from '../session/session.js';
import { PlainFrame } from './plain-frame.js';

/** Who somebody is here, and how they come in. */
export default function Account() {
  const viewer = useViewer();
  return (
    <PlainFrame title="Your account" note={viewer.email}>
      <div className="own-columns">
        <div className="own-column">
          <ProfilePanel viewer={viewer} />
          {viewer.password && <PasswordPanel viewer={viewer} />}
        </div>
        <div className="own-column">
          {viewer.password && <SecondFactorPanel viewer={viewer} />}
          <SessionsPanel />
        </div>
      </div>
    </PlainFrame>
  );
}
