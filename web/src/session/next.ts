/** Of an address made up here, only to resolve others against: none of the real ones is this one. */
const HERE = 'http://here.invalid';

/**
 * Where to go after sign-in: `next` where that is a page of this very server, else the first page. Whatever a browser could
 * read as another host (`//evil`, `/\evil`, `https:…`) is dropped.
 */
export function safeNext(next: string | null | undefined): string {
  if (!next || !/^\/(?![/\\])/.test(next) || hasControls(next)) return '/';
  let url: URL;
  try {
    url = new URL(next, HERE);
  } catch {
    return '/';
  }
  if (url.origin !== HERE) return '/';
  const path = `${url.pathname}${url.search}${url.hash}`;
  // Dots may have been resolved into a second slash at the front.
  return path.startsWith('//') ? '/' : path;
}

/** The page that the address of a sign-in leads to. */
export const nextOf = (search: string): string => safeNext(new URLSearchParams(search).get('next'));

/** The invitation whose page is `next`. */
export const invitationOf = (next: string): string | undefined => /^\/invitation\/([^/?#]+)/.exec(next)?.[1];

/** The address of a door that leads back to `next`. */
export function doorTo(door: string, next: string): string {
  const safe = safeNext(next);
  return safe === '/' ? door : `${door}?next=${encodeURIComponent(safe)}`;
}

/** Browsers leave tabs and line ends out of an address before they read it. */
const hasControls = (text: string): boolean => [...text].some((each) => each < ' ' || each === '\u007f');
