import { pino, type DestinationStream, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/**
 * `pretty` is for a terminal, `json` (one line each) for a collector. Secrets are redacted by key.
 * `showPid`: also where people read, because several processes write; JSON always says it.
 * @param to where lines of JSON go; default: standard output
 */
export function createLogger(
  options: { level: string; format: 'pretty' | 'json'; showPid?: boolean },
  to?: DestinationStream,
): Logger {
  const base = {
    level: options.level,
    redact: [
      'req.headers.authorization',
      'req.headers.cookie',
      '*.password',
      '*.databaseUrl',
      '*.databaseReplicaUrl',
    ],
  };
  if (options.format === 'json') return to ? pino(base, to) : pino(base);
  return pino({
    ...base,
    transport: {
      target: 'pino-pretty',
      options: {
        translateTime: 'HH:MM:ss.l',
        ignore: options.showPid ? 'hostname' : 'pid,hostname',
        singleLine: true,
      },
    },
  });
}

/** Writes a line that a logger of another thread made, as this one writes its own. */
export function writeLine(logger: Logger, line: string): void {
  (logger as unknown as Record<symbol, DestinationStream>)[pino.symbols.streamSym]?.write(line);
}

/** For tests and tools that want no log. */
export const silentLogger: Logger = pino({ level: 'silent' });
