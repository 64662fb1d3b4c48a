import { isFree } from '#embedded/ports.js';

// Below those that the product gives to servers of its own: no process that a test starts takes one of these by chance while
// what listened there is killed and started again. Each worker has its own, for the same reason.
const LOWEST = 10_000;
const OF_A_WORKER = 1_000;

const given = new Set<number>();

/** A free loopback port that nobody else is given in this run. */
export async function testPort(): Promise<number> {
  const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % 10;
  for (;;) {
    const port = LOWEST + worker * OF_A_WORKER + Math.floor(Math.random() * OF_A_WORKER);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}
