import { Algorithm, hash, parseOptions, verify, type Options } from '@node-rs/argon2';

// What OWASP asks for at least: 19 MiB, two passes, one thread.
const argon2id = {
  // A const enum of another module cannot be read where each file is compiled alone.
  algorithm: 2 satisfies Algorithm.Argon2id as Algorithm,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} satisfies Options;

export const hashPassword = (password: string): Promise<string> => hash(password, argon2id);

/** False too for what is no hash. */
export const verifyPassword = (kept: {
  readonly hash: string;
  readonly password: string;
}): Promise<boolean> => verify(kept.hash, kept.password).catch(() => false);

/** Whether a hash was made with less than what is asked for now. */
export function isWeak(kept: string): boolean {
  try {
    const { algorithm, memoryCost, timeCost } = parseOptions(kept) as Partial<Options>;
    return (
      algorithm !== argon2id.algorithm ||
      (memoryCost ?? 0) < argon2id.memoryCost ||
      (timeCost ?? 0) < argon2id.timeCost
    );
  } catch {
    return true;
  }
}
