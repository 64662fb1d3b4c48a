/** `site` must be a valid site name, and `key` a key where one is needed, so that no quoting is needed. */
export function curlSnippet(origin: string, site: string, key?: string): string {
  const withKey = key === undefined ? [] : [`  -H 'authorization: Bearer ${key}' \\`];
  return [
    `curl ${origin}/api/event \\`,
    ...withKey,
    `  -H 'content-type: application/json' -d '{`,
    `  "siteId": "${site}", "eventType": "page_view", "path": "/",`,
    `  "timestamp": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'"`,
    `}'`,
  ].join('\n');
}

/** For the head of every page (docs/tracker.md). `site` must be a valid site name. */
export function browserSnippet(origin: string, site: string, key?: string): string {
  const withKey = key === undefined ? '' : ` data-key="${key}"`;
  return `<script defer src="${origin}/t.js" data-site="${site}"${withKey}></script>`;
}

export interface Sent {
  readonly stored: boolean;
  /** For the reader. */
  readonly says: string;
}

/** Sends one page view, with a key where one is needed. */
export async function sendOne(origin: string, site: string, key?: string): Promise<Sent> {
  const event = { siteId: site, eventType: 'page_view', path: '/', timestamp: new Date().toISOString() };
  try {
    const response = await fetch(`${origin}/api/event`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(event),
    });
    if (response.ok) return { stored: true, says: 'Stored. Counting it…' };
    const body: unknown = await response.json().catch(() => undefined);
    const reason = messagesOf(body) ?? response.statusText;
    return { stored: false, says: `Not stored (${response.status}): ${reason}` };
  } catch {
    return { stored: false, says: 'Not stored: the API does not answer.' };
  }
}

function messagesOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('message' in body)) return undefined;
  return Array.isArray(body.message) ? body.message.join(' ') : String(body.message);
}
