import { isUuid } from '#events/event-id.js';
import { pathOf } from '#events/rules.js';
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

/** Of a path, and of nothing that a browser would take for another host. */
const isPath = /^\/(?![\s\p{C}]*[/\\])/u;
/** Neither host nor user, but a path whose slash was forgotten. */
const isWord = /^[^/\\:.@]+$/;
/** Whatever may name a host, a user or a password. Each part may be empty, so it takes linear time. */
const authority = /^[\s\p{C}]*(?:[a-z][a-z0-9+.-]*:)?([\s\p{C}/\\]*)[^/\\]*/iu;

/** Without host, user, password, query and fragment; undefined where it is not certain that none is left. */
function bare(place: unknown): string | undefined {
  if (typeof place !== 'string') return undefined;
  const target = pathOf(place);
  if (isPath.test(target) || isWord.test(target)) return target;
  const [whole = '', slashes = ''] = authority.exec(target) ?? [];
  const path = target.slice(whole.length);
  if (path === '') return slashes.length > 1 ? '/' : undefined;
  // Behind an odd beginning there may be a whole address still.
  return isPath.test(path) && !path.includes('@') ? path : undefined;
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
