import { StartupError } from '#config/startup-error.js';

/** Says in words what keeps the database from being used; anything unknown is passed on as it is. */
export function startupErrorOf(error: unknown, url: string, variable = 'DATABASE_URL'): unknown {
  if (error instanceof StartupError) return error;
  const { code, message } = error as { code?: string; message?: string };
  const where = withoutSecrets(url);
  const detail = message ?? String(error);
  switch (code) {
    case 'ERR_INVALID_URL':
      return new StartupError(
        `${variable} is not a URL; example: postgres://user:secret@db.internal:5432/tidemark`,
      );
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ECONNRESET':
    case 'ENOENT':
      return new StartupError(
        `PostgreSQL at ${where} cannot be reached (${code}). Is it running, and is ${variable} right?`,
      );
    case '28P01':
    case '28000':
      return new StartupError(
        `PostgreSQL at ${where} refuses the user or the password in ${variable} (${detail}).`,
      );
    case '3D000':
      return new StartupError(`${where}: ${detail}. Create it first, for example with createdb.`);
    case '42501':
      return new StartupError(
        `${where}: ${detail}. The user in ${variable} must own the database or its schema.`,
      );
    case '53100':
      return new StartupError(`PostgreSQL at ${where} has no disk space left. Free some and start again.`);
    case '53300':
      return new StartupError(`PostgreSQL at ${where} has no free connection (raise max_connections).`);
    case '55P03':
      return new StartupError(
        `A migration waited too long for a lock at ${where}: another session holds it. End that one and start again.`,
      );
    case '57P03':
      return new StartupError(
        `PostgreSQL at ${where} is still starting or stopping (${detail}). Try again in a moment.`,
      );
    case '25006':
      return new StartupError(
        `PostgreSQL at ${where} is read-only (a replica?). DATABASE_URL must be the primary.`,
      );
    default:
      if (/timeout|terminated/i.test(detail)) {
        return new StartupError(`PostgreSQL at ${where} does not answer (${detail}).`);
      }
      return error;
  }
}

function withoutSecrets(url: string): string {
  try {
    const { hostname, port, pathname, searchParams } = new URL(url);
    return `${hostname || searchParams.get('host') || 'localhost'}:${port || '5432'}${pathname}`;
  } catch {
    return 'DATABASE_URL';
  }
}
