import { createHmac, timingSafeEqual } from 'node:crypto';

/** A session ends after so many days without a request, and after so many in all. */
export const SESSION_DAYS = { idle: 7, absolute: 30 } as const;

/**
 * Names and attributes of the library's cookies. Where the dashboard is reached by https alone, browsers themselves make
 * sure of `__Host-`: encrypted, of this host, for all its paths.
 */
export function cookiesOf(publicUrl: string) {
  const secure = publicUrl.startsWith('https:');
  const cookiePrefix = secure ? '__Host-tidemark' : 'tidemark';
  return {
    cookiePrefix,
    // Would put `__Secure-` before the name.
    useSecureCookies: false,
    defaultCookieAttributes: { secure, httpOnly: true, sameSite: 'lax', path: '/' },
    cookies: { session_token: { name: sessionCookieName(publicUrl) } },
  } as const;
}

export const sessionCookieName = (publicUrl: string): string =>
  publicUrl.startsWith('https:') ? '__Host-tidemark_session' : 'tidemark_session';

/**
 * The session's token of a `Cookie` header; undefined where there is none, or one that was not signed here.
 *
 * @param name as `sessionCookieName` gives it
 */
export function sessionToken(cookies: string | undefined, name: string, secret: string): string | undefined {
  const text = cookies
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  if (text === undefined || text.length > 300) return undefined;
  const value = decoded(text);
  const dot = value.lastIndexOf('.');
  if (dot < 1) return undefined;
  const token = value.slice(0, dot);
  const signature = Buffer.from(value.slice(dot + 1), 'base64');
  const own = createHmac('sha256', secret).update(token).digest();
  return signature.length === own.length && timingSafeEqual(signature, own) ? token : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
