import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** `pretty` is for a terminal, `json` (one line each) for a collector. Secrets are redacted by key. */
export function createLogger(options: { level: string; format: 'pretty' | 'json' }): Logger {
  const base = {
    level: options.level,
    redact: ['req.headers.authorization', 'req.headers.cookie', '*.password', '*.databaseUrl'],
  };
  if (options.format === 'json') return pino(base);
  return pino({
    ...base,
    transport: {
      target: 'pino-pretty',
      options: { translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname', singleLine: true },
    },
  });
}

/** For tests and tools that want no log. */
export const silentLogger: Logger = pino({ level: 'silent' });
