import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Claims {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: boolean;
  readonly name: string;
}

export interface OidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs on next. */
  claims: Claims;
  stop(): Promise<void>;
}

interface Grant {
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string | undefined;
  readonly claims: Claims;
}

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** OpenID Connect over HTTP: discovery, keys, the authorization code flow with PKCE, signed ID tokens. Everybody consents at once. */
export async function startOidcProvider(): Promise<OidcProvider> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, Claims>();

  const idToken = ({ claims, nonce }: Grant): string => {
    const now = Math.floor(Date.now() / 1_000);
    const head = base64url({ alg: 'RS256', kid: 'test', typ: 'JWT' });
    const body = base64url({
      iss: provider.issuer,
      aud: provider.clientId,
      iat: now,
      exp: now + 300,
      nonce,
      ...claims,
    });
    return `${head}.${body}.${createSign('RSA-SHA256').update(`${head}.${body}`).sign(privateKey, 'base64url')}`;
  };

  const authorize = (query: URLSearchParams, response: ServerResponse): void => {
    const redirectUri = query.get('redirect_uri') ?? '';
    const challenge = query.get('code_challenge') ?? '';
    const proper =
      query.get('client_id') === provider.clientId && query.get('code_challenge_method') === 'S256';
    if (!proper || challenge === '') return void response.writeHead(400).end();
    const code = randomBytes(16).toString('hex');
    grants.set(code, {
      redirectUri,
      challenge,
      nonce: query.get('nonce') ?? undefined,
      claims: provider.claims,
    });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  };

  const token = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await text(request));
    const basic = Buffer.from(request.headers.authorization?.split(' ')[1] ?? '', 'base64').toString();
    const secret = form.get('client_secret') ?? basic.split(':')[1];
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const proper =
      secret === provider.clientSecret &&
      grant?.challenge === verifier &&
      grant.redirectUri === form.get('redirect_uri');
    if (!proper) return answer(response, 400, { error: 'invalid_grant' });
    const access = randomBytes(16).toString('hex');
    tokens.set(access, grant.claims);
    answer(response, 200, {
      access_token: access,
      token_type: 'Bearer',
      expires_in: 300,
      id_token: idToken(grant),
    });
  };

  const answer = (response: ServerResponse, status: number, body: object): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://provider');
    const { issuer } = provider;
    if (pathname === '/.well-known/openid-configuration')
      return answer(response, 200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/me`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    if (pathname === '/keys')
      return answer(response, 200, {
        keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'RS256', use: 'sig' }],
      });
    if (pathname === '/authorize') return authorize(searchParams, response);
    if (pathname === '/token') return void token(request, response);
    const claims = tokens.get(request.headers.authorization?.split(' ')[1] ?? '');
    return claims && pathname === '/me' ? answer(response, 200, claims) : answer(response, 404, {});
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const provider: OidcProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: 'tidemark',
    clientSecret: 'a secret between the two',
    claims: { sub: 'none', email: 'none@example.org', email_verified: false, name: 'None' },
    stop: () => new Promise((stopped) => server.close(() => stopped())),
  };
  return provider;
}
