import { connect, createServer, type Socket } from 'node:net';

/**
 * `pass`; `delay`: each answer comes that much later; `drop`: bytes vanish both ways and nobody is told, and afterwards a
 * connection that lost some is gone, since TCP never goes on with a hole; `reset`: every connection, open or new, is reset.
 */
export type ProxyMode = 'pass' | 'drop' | 'reset' | { readonly delay: number };

export interface TcpProxy {
  readonly port: number;
  mode: ProxyMode;
  close(): Promise<void>;
}

/** What the server answered; what it returns goes on to the client. One for each connection. */
export type AnswerFilter = (chunk: Buffer) => Buffer;

/** Between a client and the server on this port of the machine. */
export async function startProxy(target: number, filter?: () => AnswerFilter): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const broken = new Set<Socket>();
  let mode: ProxyMode = 'pass';
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => [sockets, broken].forEach((set) => set.delete(socket)));
  };
  const server = createServer((client) => {
    keep(client);
    if (mode === 'reset') return void client.resetAndDestroy();
    const upstream = connect(target, '127.0.0.1');
    keep(upstream);
    const filtered = filter?.();
    client.on('data', (chunk) => {
      if (mode === 'drop') broken.add(client);
      else upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      const answer = filtered ? filtered(chunk) : chunk;
      if (mode === 'drop') return void broken.add(client);
      // Timers of one length fire in the order in which they were set, so the bytes stay in theirs.
      if (typeof mode === 'object') setTimeout(() => client.write(answer), mode.delay);
      else client.write(answer);
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    get mode() {
      return mode;
    },
    set mode(next) {
      mode = next;
      if (mode !== 'drop') for (const socket of broken) socket.destroy();
      if (mode === 'reset') for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same address by way of the proxy. */
export function through(proxy: TcpProxy, address: string): string {
  const url = new URL(address);
  url.port = String(proxy.port);
  return url.href;
}
