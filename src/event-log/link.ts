import { connect, type ConnectionOptions, type NatsConnection } from '@nats-io/transport-node';
import { StartupError } from '#config/startup-error.js';
import type { Logger } from '#telemetry/logger.js';

/** How long the first connect is tried: a server started beside us may need a moment. Milliseconds. */
const firstConnectFor = 10_000;
/** How long a lost connection is waited for before appends are refused at once. Milliseconds. */
const patience = 2000;

/** The connection to NATS and what is known about its state. Reconnects for ever. */
export class Link {
  private downSince: number | undefined;
  private readonly changes = new Set<(up: boolean) => void>();

  private constructor(
    readonly nc: NatsConnection,
    private readonly logger: Logger,
  ) {
    void this.watch();
  }

  /** @throws StartupError when no server answers within ten seconds. */
  static async open(url: string, logger: Logger): Promise<Link> {
    const options = connectionOptions(url);
    for (const until = Date.now() + firstConnectFor; ;) {
      try {
        return new Link(await connect(options), logger);
      } catch (error) {
        const fault = (error as Error).message;
        const hopeless = /authorization|authentication|invalid url|credentials/i.test(fault);
        if (hopeless || Date.now() > until) {
          throw new StartupError(
            `No NATS server can be used at ${withoutPassword(url)}: ${fault}. ` +
              'Start one with JetStream there, or set NATS_URL to the right address (nats://host:4222).',
            { cause: error },
          );
        }
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }

  get connected(): boolean {
    return this.downSince === undefined && !this.nc.isClosed();
  }

  /** Down for so long that waiting any longer is not honest. */
  get givenUp(): boolean {
    return (
      this.nc.isClosed() || (this.downSince !== undefined && performance.now() - this.downSince >= patience)
    );
  }

  /** Called with true at each reconnect and false at each loss; returns how to stop. */
  onChange(listener: (up: boolean) => void): () => void {
    this.changes.add(listener);
    return () => this.changes.delete(listener);
  }

  /** True once connected; false when it takes longer than `within` or than the patience with lost connections. */
  whenUp(within: number): Promise<boolean> {
    if (this.connected) return Promise.resolve(true);
    const left = patience - (performance.now() - (this.downSince ?? 0));
    const wait = Math.min(within, left);
    if (wait <= 0 || this.nc.isClosed()) return Promise.resolve(false);
    return new Promise((resolve) => {
      const done = (up: boolean) => {
        clearTimeout(timer);
        off();
        resolve(up);
      };
      const timer = setTimeout(done, wait, false);
      const off = this.onChange((up) => {
        if (up) done(true);
      });
    });
  }

  /** Sends what is buffered and closes; a server that does not answer is not waited for. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, 1000)));
    if (this.connected) await Promise.race([this.nc.drain().catch(() => undefined), enough]);
    clearTimeout(timer);
    if (!this.nc.isClosed()) await this.nc.close();
  }

  private async watch(): Promise<void> {
    for await (const status of this.nc.status()) {
      if (status.type === 'disconnect' && this.downSince === undefined) {
        this.downSince = performance.now();
        this.logger.warn({ server: status.server }, 'connection to NATS lost; reconnecting');
        this.tell(false);
      } else if (status.type === 'reconnect') {
        this.downSince = undefined;
        this.logger.info({ server: status.server }, 'connected to NATS again');
        this.tell(true);
      } else if (status.type === 'error') {
        this.logger.error({ fault: String(status.error) }, 'NATS reports an error');
      }
    }
    this.downSince ??= performance.now();
    this.tell(false);
  }

  private tell(up: boolean): void {
    for (const listener of [...this.changes]) listener(up);
  }
}

function connectionOptions(url: string): ConnectionOptions {
  const urls = url.split(',').map((part) => {
    try {
      return new URL(part.includes('://') ? part.trim() : `nats://${part.trim()}`);
    } catch {
      throw new StartupError(
        `NATS_URL holds no valid address: "${withoutPassword(part)}" (nats://host:4222).`,
      );
    }
  });
  const first = urls[0];
  const user = decodeURIComponent(first?.username ?? '');
  const pass = decodeURIComponent(first?.password ?? '');
  return {
    servers: urls.map((u) => `${u.hostname}:${u.port || '4222'}`),
    name: 'tidemark',
    timeout: 5000,
    // The defaults give up for good 19 s after the server went away, and notice a frozen one after 40 s and more.
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    reconnectJitter: 100,
    // Two refusals in a row would close it for good, and a server under load refuses who is slow to say the password.
    ignoreAuthErrorAbort: true,
    pingInterval: 5000,
    maxPingOut: 2,
    // A stack for every request in case it fails; ours say what they were about themselves.
    noAsyncTraces: true,
    ...(user && pass ? { user, pass } : {}),
    ...(user && !pass ? { token: user } : {}),
    ...(first?.protocol === 'tls:' ? { tls: {} } : {}),
  };
}

export function withoutPassword(url: string): string {
  return url.replace(/(\/\/|^|,)[^/@,]*@/g, '$1');
}
