import type { StoredEvent } from '../stored-event.js';
import { cutToBytes, wellFormed } from '../text.js';
import { kindOfHost, type SourceKind } from './known-sources.js';
import { remembered } from './remembered.js';

/** Where a visitor was before. */
export interface Referrer {
  /** In lower case, without `www.` and port; an app's name for `android-app://`. Empty where there is none. */
  readonly host: string;
  readonly kind: SourceKind | undefined;
  /** The ID of a site that is named for it. */
  readonly siteName: string;
}

/** A host name has no more. */
const MOST_BYTES = 253;

/** For a view that came from nowhere, or from the site itself. */
export const NO_REFERRER: Referrer = Object.freeze({ host: '', kind: undefined, siteName: '' });

export function referrerOf({ referrer }: Pick<StoredEvent, 'referrer'>): Referrer {
  return referrer === undefined ? NO_REFERRER : read(referrer);
}

const read = remembered((referrer: string): Referrer => {
  const host = hostOf(referrer);
  return host === '' ? NO_REFERRER : { host, kind: kindOfHost(host), siteName: host.replaceAll('.', '-') };
});

/** Whether a visitor was on the site itself: on the page's own host, one above or below it, or the one that the site is named for. */
export function isInternal(referrer: Referrer, own: string, site: string): boolean {
  const { host } = referrer;
  if (host === '') return false;
  if (host === own || host === site || referrer.siteName === site) return true;
  return own !== '' && (host.endsWith(`.${own}`) || own.endsWith(`.${host}`));
}

const AUTHORITY = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/)?([^/?#\s]*)/i;

const HOST_AND_PORT = /^[^\s/?#:]+:\d+(?:[/?#]|$)/;

/** Of a URL, or of a host by itself; empty where there is none. */
export function hostOf(text: string): string {
  const trimmed = text.trim();
  const authority = AUTHORITY.exec(HOST_AND_PORT.test(trimmed) ? `//${trimmed}` : trimmed)?.[1] ?? '';
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '');
  const bare = wellFormed(host.replaceAll('\0', ''))
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^www\./, '');
  return cutToBytes(bare, MOST_BYTES);
}
