import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { searchPath } from '#config/machine.js';

/** Absolute path of an executable on PATH. */
export function findExecutable(name: string, folders: readonly string[] = searchPath()): string | undefined {
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
