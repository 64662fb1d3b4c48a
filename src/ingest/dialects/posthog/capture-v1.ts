import type { TrackOutcome } from '../../track-events.command.js';
import { fieldsOf, textIn } from '../fit.js';

type Fields = Readonly<Record<string, unknown>>;

interface Result {
  readonly result: 'ok' | 'warning' | 'drop' | 'retry';
  readonly details?: string;
}

/** An event of the v1 wire format as the older one has it: its options were properties there. */
export function asCaptured(message: unknown): unknown {
  const event = fieldsOf(message);
  if (!event) return message;
  const options: Fields = fieldsOf(event['options']) ?? {};
  return {
    ...event,
    properties: {
      ...fieldsOf(event['properties']),
      ...(options['cookieless_mode'] === true && { $cookieless_mode: true }),
      ...(options['disable_skew_correction'] === true && { $ignore_sent_at: true }),
      ...(options['process_person_profile'] === false && { $process_person_profile: false }),
    },
  };
}

/** What became of each event, under its `uuid`; the client sends those again that say `retry`. */
export class CaptureResults {
  private readonly byUuid: Record<string, Result> = Object.create(null) as Record<string, Result>;

  constructor(private readonly messages: readonly unknown[]) {
    // What the log was not even asked for is to be sent again.
    for (const message of messages) this.set(message, { result: 'retry' });
  }

  add(outcome: TrackOutcome, index: number): void {
    this.set(this.messages[index], resultOf(outcome));
  }

  answer(): { readonly results: Readonly<Record<string, Result>> } {
    return { results: { ...this.byUuid } };
  }

  private set(message: unknown, result: Result): void {
    const uuid = textIn(fieldsOf(message)?.['uuid']);
    if (uuid !== undefined && uuid !== '__proto__') this.byUuid[uuid] = result;
  }
}

function resultOf(outcome: TrackOutcome): Result {
  switch (outcome.status) {
    case 'stored':
      return outcome.warnings
        ? { result: 'warning', details: outcome.warnings.join('; ') }
        : { result: 'ok' };
    case 'rejected':
      return { result: 'drop', details: outcome.messages.join('; ') };
    case 'unavailable':
      return { result: 'retry', details: outcome.reason };
  }
}

/** The token of `Authorization: Bearer`. */
export function bearerKey(authorization: string | undefined): string | undefined {
  return textIn(/^Bearer\s+(\S+)$/i.exec(authorization?.trim() ?? '')?.[1]);
}
