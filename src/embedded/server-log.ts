import { existsSync, readFileSync, statSync } from 'node:fs';
import { StartupError } from '#config/startup-error.js';

/** Size of the file now: the next start's lines begin there. */
export function logSize(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** What was written since; all of the file when it was rotated meanwhile. */
export function logEnd(path: string, from: number): string {
  if (!existsSync(path)) return '';
  const bytes = readFileSync(path);
  return bytes.subarray(bytes.length < from ? 0 : from).toString('utf8');
}

const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /No space left on device|no space left/i,
    'The disk is full: free some space, or set TIDEMARK_DATA_DIR to another disk.',
  ],
  [/address already in use/i, 'Its port was taken by another program a moment ago: start again.'],
  [
    /Read-only file system/i,
    'The file system is read-only: set TIDEMARK_DATA_DIR to a folder that can be written.',
  ],
  [
    /Permission denied/i,
    'A file or folder belongs to another user: start as its owner, or set TIDEMARK_DATA_DIR to another folder.',
  ],
  [
    /error while loading shared libraries|Library not loaded/i,
    'Its libraries are missing: delete node_modules and start again.',
  ],
  [
    /pre-existing shared memory block|lock file "postmaster.pid" already exists/i,
    'Another PostgreSQL still works on these data: stop it, or set TIDEMARK_DATA_DIR to another folder.',
  ],
];

/** A server's failure as one readable message: the known cause with its cure, else the last lines it wrote. */
export function explainLog(what: string, output: string, where: string): StartupError {
  const cause = KNOWN.find(([pattern]) => pattern.test(output));
  const lines = output.trim().split('\n');
  const telling = lines.filter((line) => /FATAL|PANIC|error|\[FTL\]|denied|No space/i.test(line));
  const shown = (telling.length > 0 ? telling : lines).slice(-3).map((line) => `  ${line.trim()}`);
  return new StartupError([`${what} (${where}). ${cause?.[1] ?? ''}`.trim(), ...shown].join('\n'));
}
