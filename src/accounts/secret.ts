import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Inject, Injectable } from '@nestjs/common';

import type { Config } from '#config/config.js';
import { StartupError } from '#config/startup-error.js';
import { CONFIG } from '#config/tokens.js';

/** What cookies and links are signed with: TIDEMARK_SECRET, or what the data folder keeps. */
@Injectable()
export class AccountsSecret {
  private known: string | undefined;

  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'accounts' | 'dataDir'>) {}

  /** @throws StartupError where it can neither be read nor be made */
  get value(): string {
    return (this.known ??= this.config.accounts.secret ?? keptSecret(this.config.dataDir));
  }
}

/** Made once, readable by its owner alone. Several processes may come here at once: the first one's stands. */
export function keptSecret(dataDir: string): string {
  const path = join(dataDir, 'secret');
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path, `${randomBytes(48).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(path, error as Error);
  }
  try {
    const secret = readFileSync(path, 'utf8').trim();
    if (secret.length >= 32) return secret;
  } catch (error) {
    throw unusable(path, error as Error);
  }
  throw new StartupError(
    `${path} should hold a secret of at least 32 characters. Remove it (everybody then signs in anew), or set TIDEMARK_SECRET.`,
  );
}

const unusable = (path: string, error: Error): StartupError =>
  new StartupError(
    `The secret of sign-in cannot be kept in ${path} (${error.message}). Set TIDEMARK_SECRET.`,
  );
