import pg from 'pg';
import { vi } from 'vitest';

/**
 * Breaks the connection that projects partition 0 (`live`), or works beside that (`build`), at every different statement that it makes, once each, as they turn up:
 * when a batch begins, between any two of its steps, around its commit, and while a session starts.
 * `before`: the statement is never sent. `after`: it is carried out, and its answer is lost.
 * After two breaks in a row a commit is let through, so that the batches go on meanwhile.
 * @returns the statements, as they are broken.
 */
export function cutEveryStatement(
  when: 'before' | 'after',
  worker: 'live' | 'build' = 'live',
): ReadonlySet<string> {
  const real = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
  const cut = new Set<string>();
  let inARow = 0;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    if (!nameOf(this).startsWith(`tidemark ${worker} 0 `)) return real.apply(this, args);
    const text = textOf(args[0]);
    if (cut.has(text) || inARow >= 2) {
      if (text === 'COMMIT') inARow = 0;
      return real.apply(this, args);
    }
    cut.add(text);
    inARow += 1;
    const broken = async () => {
      if (when === 'after') await real.apply(this, args);
      (this as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      throw new Error('the connection was cut');
    };
    return broken();
  });
  return cut;
}

/** Statements that contain the text are not sent, and answer that they found nothing. */
export function doNothingAt(part: string): void {
  const real = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown;
  vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...args: unknown[]) {
    if (textOf(args[0]).includes(part)) return Promise.resolve({ rows: [], rowCount: 0 });
    return real.apply(this, args);
  });
}

function nameOf(client: pg.Client): string {
  const { connectionParameters } = client as unknown as {
    connectionParameters: { application_name?: string };
  };
  return connectionParameters.application_name ?? '';
}

function textOf(statement: unknown): string {
  const text = typeof statement === 'string' ? statement : (statement as { text?: string }).text;
  return (text ?? '').trim().replace(/\s+/g, ' ');
}
