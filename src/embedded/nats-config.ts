export interface NatsSettings {
  /** Default `tidemark`; each server of a cluster needs its own. */
  readonly name?: string;
  readonly port: number;
  readonly monitorPort: number;
  /** Undefined: whoever reaches the port may use it. Tests only. */
  readonly password?: string;
  readonly storeDir: string;
  readonly pidPath: string;
  readonly maxFileStoreBytes: number;
  /** False only in tests of the start-up check: acknowledged events are then not yet on disk. */
  readonly syncAlways: boolean;
  /** More lines for the end of the file; tests only. */
  readonly extra?: string;
}

export const NATS_USER = 'tidemark';

/** A nats-server configuration file. It listens on loopback only; monitoring has no password. */
export function natsConfig(settings: NatsSettings): string {
  return `# Written at each start; edits are lost.
server_name: ${settings.name ?? 'tidemark'}
listen: "127.0.0.1:${settings.port}"
http: "127.0.0.1:${settings.monitorPort}"
${settings.password === undefined ? '' : `authorization { user: ${NATS_USER}, password: ${JSON.stringify(settings.password)} }\n`}pid_file: ${JSON.stringify(settings.pidPath)}

# A record batch closes before 128 KB and a stream takes 256 KB; the rest is room for headers.
max_payload: 512KB
max_connections: 512
# A reader that does not read is dropped instead of being buffered for.
write_deadline: "5s"
ping_interval: "10s"
ping_max: 2
lame_duck_duration: "30s"

jetstream {
  store_dir: ${JSON.stringify(settings.storeDir)}
  max_memory_store: 64MB
  # Below what the disk has left, so that a full log refuses events instead of failing half-way through a write.
  max_file_store: ${settings.maxFileStoreBytes}
${settings.syncAlways ? '  # An event is on disk before it is acknowledged.\n  sync_interval: always\n' : ''}}
${settings.extra ?? ''}`;
}
