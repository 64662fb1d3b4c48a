import type { Refusal } from './decide-site.js';

/** What a command about a site's settings came to. */
export type SettingOutcome = Changed | Conflict | Limited | Refusal | Unavailable;

export interface Changed {
  /** False where the settings were as wanted already. */
  readonly changed: boolean;
  /** The site's revision: the sequence of its last event in the workspace's stream. */
  readonly revision: number;
}

/** Somebody else was faster; nothing was changed. */
export interface Conflict {
  readonly conflict: true;
  /** What the site's revision is now. */
  readonly revision: number;
}

/** More than there may be now; nothing was changed. */
export interface Limited {
  /** What there may be. */
  readonly limited: string;
  /** Seconds. */
  readonly retryAfter: number;
}

/** The log did not say that it has the change, which may yet be there: look before asking again. */
export interface Unavailable {
  readonly unavailable: 'log_unavailable' | 'log_full';
}
