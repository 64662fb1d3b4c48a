import { accountVariables } from './account-variables.js';
import type { AccountsConfig, Config } from './config.js';
import type { Value, VariableName } from './variables.js';

type Read = <N extends VariableName>(name: N) => Value<N> | undefined;

/** Whoever listens on all addresses of a machine is reached by a browser on it under this one. */
const ALL_ADDRESSES = ['0.0.0.0', '::'];

/** @param host and `port`: where this process listens */
export function accountsConfig(read: Read, host: string, port: number): AccountsConfig {
  const name = ALL_ADDRESSES.includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  const publicUrl = read('TIDEMARK_PUBLIC_URL');
  const email = read('TIDEMARK_ADMIN_EMAIL');
  const password = read('TIDEMARK_ADMIN_PASSWORD');
  const smtpUrl = read('TIDEMARK_SMTP_URL');
  const from = read('TIDEMARK_MAIL_FROM');
  const issuer = read('TIDEMARK_OIDC_ISSUER');
  const clientId = read('TIDEMARK_OIDC_CLIENT_ID');
  const clientSecret = read('TIDEMARK_OIDC_CLIENT_SECRET');
  return {
    publicUrl: new URL(publicUrl ?? `http://${name}:${port}`).origin,
    secret: read('TIDEMARK_SECRET'),
    signUp: read('TIDEMARK_SIGN_UP') ?? 'invited',
    admin: email === undefined || password === undefined ? undefined : { email, password },
    mail: smtpUrl === undefined || from === undefined ? undefined : { smtpUrl, from },
    oidc:
      issuer === undefined || clientId === undefined || clientSecret === undefined
        ? undefined
        : {
            issuer: issuer.replace(/\/+$/, ''),
            clientId,
            clientSecret,
            name: read('TIDEMARK_OIDC_NAME') ?? '',
          },
  };
}

const TOGETHER: readonly (readonly (keyof typeof accountVariables)[])[] = [
  ['TIDEMARK_ADMIN_EMAIL', 'TIDEMARK_ADMIN_PASSWORD'],
  ['TIDEMARK_SMTP_URL', 'TIDEMARK_MAIL_FROM'],
  ['TIDEMARK_OIDC_ISSUER', 'TIDEMARK_OIDC_CLIENT_ID', 'TIDEMARK_OIDC_CLIENT_SECRET'],
];

/** What belongs together and is set in part, and what closed mode cannot do without in production. */
export function accountFaults(
  { open, production, role }: Config,
  env: NodeJS.ProcessEnv,
  serves: boolean,
): readonly string[] {
  const isSet = (name: string) => Boolean(env[name]?.trim());
  const missing = TOGETHER.filter((names) => names.some(isSet)).flatMap((names) =>
    names
      .filter((name) => !isSet(name))
      .map((name) => `${name}: must be set with ${names.filter(isSet).join(' and ')}. ${example(name)}`),
  );
  if (!serves || !production || open || role === 'projector') return missing;
  const needed = (['TIDEMARK_SECRET', 'TIDEMARK_PUBLIC_URL'] as const).filter((name) => !isSet(name));
  return [
    ...missing,
    ...needed.map(
      (name) => `${name}: must be set with NODE_ENV=production where people sign in. ${example(name)}`,
    ),
  ];
}

const example = (name: keyof typeof accountVariables): string =>
  `Example: ${name}=${accountVariables[name].example}`;
