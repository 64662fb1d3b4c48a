import { JetStreamApiError } from '@nats-io/jetstream';
import type { ServerInfo } from '@nats-io/transport-node';
import { StartupError } from '#config/startup-error.js';

/** @returns the server's ID. @throws StartupError for a server that cannot carry the log. */
export function requireServer(info: ServerInfo | undefined, maxMessageBytes: number): string {
  if (info === undefined) throw new StartupError('The NATS server did not introduce itself.');
  const [major = 0, minor = 0] = info.version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 10)) {
    throw new StartupError(
      `nats-server ${info.version} is too old: Tidemark needs 2.10 or newer (older ones cannot sync before they acknowledge).`,
    );
  }
  if (info.max_payload < maxMessageBytes) {
    throw new StartupError(
      `max_payload of this NATS server is ${info.max_payload} bytes; Tidemark's messages need ${maxMessageBytes}. ` +
        'Set "max_payload: 1MB" in its configuration.',
    );
  }
  if (info.jetstream !== true) {
    throw new StartupError(
      'JetStream is off on this NATS server: start it with a jetstream block, or with -js.',
    );
  }
  return info.server_id;
}

/** Says what JetStream refuses while the log is opened. */
export function startupErrorOf(error: unknown): unknown {
  if (error instanceof StartupError) return error;
  const fault = error instanceof Error ? error.message : String(error);
  const code = error instanceof JetStreamApiError ? ` (${error.code})` : '';
  return new StartupError(
    `NATS answers, but its JetStream cannot be used: ${fault}${code}. Look at its log.`,
    {
      cause: error,
    },
  );
}
