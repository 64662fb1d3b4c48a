import { RefusedRequest } from './error-body.js';
import { RefusedItem } from '../refused-item.js';
import { parseJson } from './json.js';
import { BATCH_EVENTS } from './limits.js';

/** One event per line; blank lines are skipped and not counted. */
export function parseNdjson(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > BATCH_EVENTS) throw tooManyEvents(lines.length);
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      return new RefusedItem('malformed_json', `event ${index} is not valid JSON`);
    }
  });
}

/** A batch without a useful type: JSON where the whole text is, NDJSON where the lines are objects. */
export function parseUnlabelled(text: string): unknown {
  const firstLine = text.slice(0, text.indexOf('\n') + 1).trim();
  if (firstLine.startsWith('{') && isObject(firstLine)) return parseNdjson(text);
  const value = parseJson(text, { keysChecked: false });
  const isOneEvent =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !('events' in value);
  return isOneEvent ? [value] : value;
}

export function tooManyEvents(count: number): RefusedRequest {
  return new RefusedRequest(
    413,
    'batch_too_large',
    `events must hold at most ${BATCH_EVENTS.toLocaleString('en')} events in one request, not ${count.toLocaleString('en')}`,
  );
}

function isObject(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !('events' in value);
  } catch {
    return false;
  }
}
