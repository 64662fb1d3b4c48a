import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Logger } from '#telemetry/logger.js';
import { StartupError } from '#config/startup-error.js';
import { userOf, type RunAs } from './child.js';
import { findExecutable } from './executables.js';

/** Where PostgreSQL runs from, where its data lie, and as whom. */
export interface PostgresPlace {
  readonly home: string;
  readonly folder: string;
  readonly runAs: RunAs;
}

const ELSEWHERE = '/var/lib/tidemark';

/**
 * PostgreSQL refuses to run as root. As root it runs in a user namespace of its own, which needs no other OS user and reaches
 * folders that only root can enter; where namespaces are not allowed it runs as `postgres` or `nobody`, and where that user
 * cannot reach the folders, on copies below /var/lib/tidemark.
 * @param folder holds the data folder `data`; made when missing
 */
export function choosePlace(home: string, folder: string, logger: Logger): PostgresPlace {
  if (process.getuid?.() !== 0) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return { home, folder, runAs: {} };
  }
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const copy = join(ELSEWHERE, `${basename(folder)}-${hash}`);
  // Once there, always there: otherwise a start under other circumstances would find an empty database.
  if (!existsSync(join(copy, 'data'))) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const namespace = inNamespace();
    if (namespace && reaches(namespace, home, folder)) return { home, folder, runAs: namespace };
    const user = otherUser();
    if (user && reachesAfterChown(user, home, folder)) {
      logger.info(`PostgreSQL refuses to run as root: it runs as user ${user.uid}`);
      return { home, folder, runAs: user };
    }
  }
  return elsewhere(home, copy, logger);
}

function inNamespace(): RunAs | undefined {
  const unshare = process.platform === 'linux' ? findExecutable('unshare') : undefined;
  return unshare === undefined
    ? undefined
    : { prefix: [unshare, '--user', '--map-user=1000', '--map-group=1000'] };
}

function otherUser(): RunAs | undefined {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout?.trim() || 'none'),
    );
    if (uid !== undefined && gid !== undefined && uid > 0 && Number.isInteger(gid)) return { uid, gid };
  }
  return undefined;
}

/** Whether a process run like that can start the server's binary and write the folder. */
function reaches(runAs: RunAs, home: string, folder: string): boolean {
  const data = join(folder, 'data');
  const [file = '', ...args] = [
    ...(runAs.prefix ?? []),
    '/bin/sh',
    '-c',
    '"$0/bin/postgres" --version && cd "$1" && test -w "$1" && test -x "$1" && { test ! -e "$2" || test -O "$2"; }',
    home,
    folder,
    data,
  ];
  return spawnSync(file, args, { cwd: '/', stdio: 'ignore', ...userOf(runAs) }).status === 0;
}

function reachesAfterChown(runAs: RunAs, home: string, folder: string): boolean {
  const { uid = 0, gid = 0 } = runAs;
  const { uid: oldUid, gid: oldGid } = lstatSync(folder);
  const parent = dirname(folder);
  const { mode } = lstatSync(parent);
  // Others may pass through the data folder, and still not list it or read its files.
  chmodSync(parent, mode | 0o011);
  chownSync(folder, uid, gid);
  chownTree(join(folder, 'data'), uid, gid);
  if (reaches(runAs, home, folder)) return true;
  chmodSync(parent, mode);
  chownSync(folder, oldUid, oldGid);
  chownTree(join(folder, 'data'), oldUid, oldGid);
  return false;
}

function chownTree(path: string, uid: number, gid: number): void {
  if (!existsSync(path) || lstatSync(path).uid === uid) return;
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) chownSync(join(entry.parentPath, entry.name), uid, gid);
  chownSync(path, uid, gid);
}

function elsewhere(home: string, folder: string, logger: Logger): PostgresPlace {
  const user = otherUser();
  const copiedHome = join(ELSEWHERE, `postgresql-${packageVersion(home)}-${process.arch}`);
  try {
    mkdirSync(ELSEWHERE, { recursive: true, mode: 0o755 });
    if (!existsSync(copiedHome)) {
      const half = `${copiedHome}.${process.pid}`;
      cpSync(home, half, { recursive: true, verbatimSymlinks: true });
      renameSync(half, copiedHome);
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    if (!existsSync(copiedHome)) throw refused(`${ELSEWHERE} could not be written: ${String(error)}`);
  }
  if (!user) throw refused('there is no OS user `postgres` or `nobody`');
  if (!reachesAfterChown(user, copiedHome, folder))
    throw refused(`the user ${user.uid} cannot work in ${folder}`);
  logger.warn(
    `PostgreSQL refuses to run as root, user namespaces are not allowed here, and user ${user.uid} cannot enter the folders in use: it runs as that user on copies, with its data in ${folder}`,
  );
  return { home: copiedHome, folder, runAs: user };
}

function packageVersion(home: string): string {
  const manifest = JSON.parse(readFileSync(join(home, '..', 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

function refused(why: string): StartupError {
  return new StartupError(
    `The embedded PostgreSQL cannot run as root here: user namespaces are not allowed and ${why}. ` +
      'Start Tidemark as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own, e.g. postgres://tidemark:secret@db.example.org:5432/tidemark',
  );
}
