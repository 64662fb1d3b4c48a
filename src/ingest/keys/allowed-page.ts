import type { IncomingHttpHeaders } from 'node:http';

import { allowsOrigin } from '#access/origin-list.js';
import type { Key } from '#workspace/state/keys.js';
import type { Site } from '#workspace/state/workspace.js';

export const ORIGIN_NOT_ALLOWED = 'the page must be of an origin that the key and its site allow';

/**
 * A page says where it is by its `Origin`, an image of it by its `Referer`. What says neither is no page of anybody.
 *
 * @param site that the key is bound to
 */
export function isFromAllowedPage(key: Key, site: Site | undefined, headers: IncomingHttpHeaders): boolean {
  const { kind, origins } = key;
  const ofSite = site?.origins ?? [];
  if (kind === 'secret' || (origins.length === 0 && ofSite.length === 0)) return true;
  const page = headers.origin ?? originOf(headers.referer);
  return allowsOrigin(origins, page) && allowsOrigin(ofSite, page);
}

const originOf = (referer: string | undefined): string | undefined =>
  referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : undefined;
