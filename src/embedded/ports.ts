import { createServer } from 'node:net';

/** True when nobody listens on the loopback port. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

// Below the range that kernels give to outgoing connections (Linux from 32768, macOS from 49152): otherwise a client that
// keeps reconnecting to a stopped server on loopback ends up connected to itself, and the port is gone.
const LOWEST = 20_000;
const HIGHEST = 32_000;

// A port stays free until its server listens: a second question meanwhile must not get the same answer.
const given = new Set<number>();

/**
 * A free loopback port: the preferred one when nobody has taken it meanwhile, else a random one, which this process
 * gets only once.
 */
export async function freePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isFree(preferred))) return preferred;
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}
