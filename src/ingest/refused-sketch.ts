import { isUuid } from '#events/event-id.js';
import { pathOf, pathOfUrl } from '#events/rules.js';
import { tidy } from '#events/text.js';
import type { Refusal } from '#event-log/refusal-notices.js';

/** Bytes that are shown of each. */
const typeBytes = 100;
const pathShown = 300;
const messageBytes = 300;
const messagesShown = 10;

/** What a refused event says of itself, so that its sender finds it again: nothing that may carry a secret. */
export function sketchOf(item: unknown): Pick<Refusal, 'eventType' | 'eventId' | 'path'> {
  if (typeof item !== 'object' || item === null) return {};
  const { eventType, eventId, path, url } = item as Readonly<Record<string, unknown>>;
  const type = shown(eventType, typeBytes);
  const where = shown(bare(path) ?? bare(url), pathShown);
  return {
    ...(type !== undefined && { eventType: type }),
    ...(typeof eventId === 'string' && isUuid(eventId) && { eventId: eventId.toLowerCase() }),
    ...(where !== undefined && { path: where }),
  };
}

/** The first faults, each as long as a line. */
export function shortMessages(messages: readonly string[]): string[] {
  return messages.slice(0, messagesShown).map((message) => shown(message, messageBytes) ?? '');
}

/** Without host, user, password, query and fragment. */
function bare(place: unknown): string | undefined {
  if (typeof place !== 'string') return undefined;
  // Before an @ there may be a password.
  if (/^[^/?#]*@/.test(place)) return undefined;
  // A path may be a whole address, and that is then its fault.
  return /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(place) ? pathOfUrl(place) : pathOf(place);
}

function shown(text: unknown, bytes: number): string | undefined {
  if (typeof text !== 'string') return undefined;
  return tidy(
    text
      .slice(0, bytes)
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
      .trim(),
    bytes,
  );
}
