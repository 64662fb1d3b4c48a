import type { ServerInfo } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { requireServer } from './server-check.js';

const info = { server_id: 'S', version: '2.10.0', max_payload: 262_144, jetstream: true } as ServerInfo;

describe('a server for the log', () => {
  it.each(['2.10.0', '2.10.27', '2.15.1', '2.11.0-RC.1', '3.0.0'])('may be version %s', (version) => {
    expect(requireServer({ ...info, version }, 262_144)).toBe('S');
  });

  it.each<[Partial<ServerInfo>, string]>([
    [{ version: '2.9.10' }, 'nats-server 2.9.10 is too old'],
    [{ version: '1.4.1' }, 'too old'],
    [{ max_payload: 131_072 }, 'max_payload of this NATS server is 131072 bytes'],
    [{ jetstream: false }, 'JetStream is off'],
  ])('is refused with %o', (change, message) => {
    expect(() => requireServer({ ...info, ...change }, 262_144)).toThrow(message);
  });
});
