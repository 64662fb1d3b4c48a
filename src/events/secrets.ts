/** Query parameters that carry credentials or personal data in practice; removed before the log, whatever their value. */
const secretParameters = new Set(
  `access_token api_key api-key apikey assertion auth auth_token authorization authtoken bearer client_secret code
  code_verifier credential credentials e-mail email email_address id_token invite_token jsessionid jwt key
  mail nonce oauth_token oauth_verifier otp pass passcode passphrase passwd password phone phpsessid pwd
  refresh_token reset_token resettoken samlrequest samlresponse secret session session_id sessionid sid sig
  signature ssn sso_token ticket token verification_token verify_token x-amz-credential
  x-amz-security-token x-amz-signature`.split(/\s+/),
);

/**
 * An absolute or relative URL without credentials (`user:pass@`), secret parameters and fragment (OAuth puts
 * tokens there). Everything else stays as it was sent.
 */
export function withoutSecrets(url: string): string {
  const hash = url.indexOf('#');
  const bare = hash === -1 ? url : url.slice(0, hash);
  const mark = bare.indexOf('?');
  if (mark === -1) return withoutCredentials(bare);
  const kept = bare
    .slice(mark + 1)
    .split('&')
    .filter((pair) => !isSecret(pair));
  const query = kept.join('&');
  return withoutCredentials(bare.slice(0, mark)) + (query === '' ? '' : `?${query}`);
}

function isSecret(pair: string): boolean {
  return isSecretParameter(parameterName(pair));
}

/** Whether a query parameter of this name, decoded, is never kept. */
export function isSecretParameter(name: string): boolean {
  return secretParameters.has(name.toLowerCase());
}

/** The name in `name=value` of a query, decoded. */
export function parameterName(pair: string): string {
  const equals = pair.indexOf('=');
  return decode(equals === -1 ? pair : pair.slice(0, equals));
}

function decode(name: string): string {
  if (!name.includes('%') && !name.includes('+')) return name.trim();
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).trim();
  } catch {
    return name;
  }
}

function withoutCredentials(url: string): string {
  if (!url.includes('@')) return url;
  return url.replace(
    /^([a-z][a-z0-9+.-]*:\/\/|\/\/)?([^/?#]*)@/i,
    (whole: string, scheme: string | undefined) => {
      // "/a@b" is a path; "host/…" without a scheme has its credentials before the first slash.
      return whole.startsWith('/') && scheme === undefined ? whole : (scheme ?? '');
    },
  );
}
