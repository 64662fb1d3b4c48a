/** One of the library's addresses that is reachable, with what its body may hold; a field that is not named never arrives. */
export interface AuthPath {
  readonly method: 'GET' | 'POST';
  readonly fields: readonly string[];
  /** Fields that may be left out. */
  readonly optional?: readonly string[];
  /** The same of what stands behind the path. */
  readonly query?: readonly string[];
  /** Of the body, whatever was sent. */
  readonly fixed?: Readonly<Record<string, unknown>>;
  /** Which of the fields is a password that is chosen here. */
  readonly chosen?: string;
  /** What is counted, see Throttle. */
  readonly counts?: 'sign-in' | 'sign-up' | 'mail' | 'password' | 'code';
}

const post = (fields: readonly string[], more: Omit<AuthPath, 'method' | 'fields'> = {}): AuthPath => ({
  method: 'POST',
  fields,
  ...more,
});

/** Everything else of the library does not exist over HTTP. */
export const authPaths: Readonly<Record<string, AuthPath>> = {
  'sign-up/email': post(['name', 'email', 'password'], {
    optional: ['invitation', 'organization'],
    chosen: 'password',
    counts: 'sign-up',
  }),
  'sign-in/email': post(['email', 'password'], { counts: 'sign-in' }),
  'sign-in/social': post([], {
    optional: ['callbackURL'],
    fixed: { provider: 'oidc', errorCallbackURL: '/sign-in' },
  }),
  'callback/oidc': {
    method: 'GET',
    fields: [],
    query: ['code', 'state', 'error', 'error_description', 'iss'],
  },
  'sign-out': post([]),
  'two-factor/enable': post(['password'], { counts: 'password' }),
  'two-factor/disable': post(['password'], { counts: 'password' }),
  'two-factor/generate-backup-codes': post(['password'], { counts: 'password' }),
  'two-factor/verify-totp': post(['code'], { counts: 'code' }),
  'two-factor/verify-backup-code': post(['code'], { counts: 'code' }),
  'request-password-reset': post(['email'], { counts: 'mail' }),
  'reset-password': post(['newPassword', 'token'], { chosen: 'newPassword', counts: 'code' }),
  'send-verification-email': post(['email'], { counts: 'mail' }),
  'verify-email': { method: 'GET', fields: [], query: ['token'] },
  'change-password': post(['currentPassword', 'newPassword'], {
    chosen: 'newPassword',
    fixed: { revokeOtherSessions: true },
    counts: 'password',
  }),
  'update-user': post(['name']),
};
