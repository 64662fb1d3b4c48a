/** `site` must be a valid site name, so that no quoting is needed. */
export function curlSnippet(origin: string, site: string): string {
  return [
    `curl ${origin}/api/event -H 'content-type: application/json' -d '{`,
    `  "siteId": "${site}", "eventType": "page_view", "path": "/",`,
    `  "timestamp": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'"`,
    `}'`,
  ].join('\n');
}

/** text/plain spares the browser a preflight request; the API reads it as JSON. */
export function browserSnippet(origin: string, site: string): string {
  return `<script>
  const visitorId = (localStorage.visitorId ??= crypto.randomUUID());
  fetch('${origin}/api/event', {
    method: 'POST',
    mode: 'no-cors',
    keepalive: true,
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({
      siteId: '${site}',
      eventType: 'page_view',
      path: location.pathname,
      title: document.title,
      referrer: document.referrer || undefined,
      timestamp: new Date().toISOString(),
      visitorId,
    }),
  });
</script>`;
}

/** Sends one page view; returns what to say about it. */
export async function sendOne(origin: string, site: string): Promise<string> {
  const event = { siteId: site, eventType: 'page_view', path: '/', timestamp: new Date().toISOString() };
  try {
    const response = await fetch(`${origin}/api/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    });
    if (response.ok) return 'Stored. Counting it…';
    const body: unknown = await response.json().catch(() => undefined);
    return `Not stored (${response.status}): ${messagesOf(body) ?? response.statusText}`;
  } catch {
    return 'Not stored: the API does not answer.';
  }
}

function messagesOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null || !('message' in body)) return undefined;
  return Array.isArray(body.message) ? body.message.join(' ') : String(body.message);
}
