import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Folders of PATH, in order. */
export function searchPath(env: NodeJS.ProcessEnv = process.env): string[] {
  return (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** Where downloads that outlive a clone are kept: `$XDG_CACHE_HOME/tidemark`, else `~/.cache/tidemark`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base.startsWith('/') ? base : join(homedir(), '.cache'), 'tidemark');
}

/** The environment for a program whose messages are read: in English. */
export function englishEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, LC_ALL: 'C' };
}
