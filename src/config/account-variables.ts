import { oneOf, url, type Reader } from './readers.js';

/** Of sign-in: who people are, and how mail reaches them. */
export const accountVariables = {
  TIDEMARK_PUBLIC_URL: {
    description:
      'Where people reach the dashboard, at the root of its host: links in mails lead there, and with `https` the session is a `__Host-` cookie that only travels encrypted. Unset: HOST and PORT, or localhost where HOST is all addresses. Must be set with NODE_ENV=production, unless TIDEMARK_OPEN=true.',
    example: 'https://stats.example.org',
    read: url(['http:', 'https:'], { root: true }),
  },
  TIDEMARK_SECRET: {
    description:
      'Signs cookies and links, and encrypts second factors: at least 32 characters, the same in every process, made by `openssl rand -base64 48`. Unset: one that is made once and kept in the data folder. Must be set with NODE_ENV=production, unless TIDEMARK_OPEN=true.',
    example: 'made-by-openssl-rand-base64-48-and-kept-to-yourself',
    read: secret,
  },
  TIDEMARK_SIGN_UP: {
    description:
      'Who may register: `invited`, whom a member has invited; `open`, everybody, each with an organization of their own.',
    fallback: 'invited',
    example: 'open',
    read: oneOf('invited', 'open'),
  },
  TIDEMARK_ADMIN_EMAIL: {
    description:
      'E-mail of the first owner, who is made at the start of an installation that has nobody yet; with TIDEMARK_ADMIN_PASSWORD.',
    example: 'ada@example.org',
    read: emailAddress,
  },
  TIDEMARK_ADMIN_PASSWORD: {
    description: 'Password of the first owner, 8 to 1000 characters. Without effect once there is anybody.',
    example: 'four words nobody guesses',
    read: (value: string) => ({ ok: true, value }) as const,
  },
  TIDEMARK_SMTP_URL: {
    description:
      'Server that sends mail: invitations, and links to confirm an address and to choose a new password. Unset: the links are lines of the log.',
    example: 'smtps://user:secret@mail.example.org:465',
    read: url(['smtp:', 'smtps:']),
  },
  TIDEMARK_MAIL_FROM: {
    description: 'Sender of these mails; must be set with TIDEMARK_SMTP_URL.',
    example: 'Tidemark <stats@example.org>',
    read: (value: string) => ({ ok: true, value }) as const,
  },
  TIDEMARK_OIDC_ISSUER: {
    description:
      'OpenID Connect provider that people may sign on with, beside a password: its issuer, below which `/.well-known/openid-configuration` lies. `<TIDEMARK_PUBLIC_URL>/api/auth/callback/oidc` must be registered there.',
    example: 'https://login.example.org',
    read: url(['http:', 'https:']),
  },
  TIDEMARK_OIDC_CLIENT_ID: {
    description: 'Client ID at the provider; must be set with TIDEMARK_OIDC_ISSUER.',
    example: 'tidemark',
    read: (value: string) => ({ ok: true, value }) as const,
  },
  TIDEMARK_OIDC_CLIENT_SECRET: {
    description: 'Client secret at the provider; must be set with TIDEMARK_OIDC_ISSUER.',
    example: 'secret',
    read: (value: string) => ({ ok: true, value }) as const,
  },
  TIDEMARK_OIDC_NAME: {
    description: 'What the button to sign on with the provider says.',
    fallback: 'single sign-on',
    example: 'Example Ltd.',
    read: (value: string) => ({ ok: true, value }) as const,
  },
};

function secret(text: string): ReturnType<Reader<string>> {
  return text.length >= 32
    ? { ok: true, value: text }
    : { ok: false, fault: `it has ${text.length} characters and needs at least 32` };
}

function emailAddress(text: string): ReturnType<Reader<string>> {
  return /^[^\s@]+@[^\s@]+$/.test(text)
    ? { ok: true, value: text.toLowerCase() }
    : { ok: false, fault: `${JSON.stringify(text)} is not an e-mail address` };
}
