import type { Config } from '#config/config.js';

/** What main hands to every command. */
export interface CommandContext {
  readonly config: Config;
  /** Aborted by Ctrl-C or SIGTERM: end what is under way, start nothing new. */
  readonly signal: AbortSignal;
  /** A line of result; goes to standard output. */
  readonly print: (text: string) => void;
}
