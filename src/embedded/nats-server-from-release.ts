import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const VERSION = '2.15.1';
const RELEASES = 'https://github.com/nats-io/nats-server/releases/download';

/** The official release archive, compared with the digest file that is published beside it. */
export async function fromRelease(folder: string, _logger: unknown, releases = RELEASES): Promise<string> {
  const architecture = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  const platform = { linux: 'linux', darwin: 'darwin' }[process.platform as string];
  if (architecture === undefined || platform === undefined)
    throw new Error(`there is none for ${process.platform} ${process.arch}`);
  const name = `nats-server-v${VERSION}-${platform}-${architecture}`;
  const base = `${releases}/v${VERSION}`;

  // The small file first, with a short time: a machine without the internet falls through in seconds.
  const sums = (await download(`${base}/SHA256SUMS`, 5_000)).toString('utf8');
  const digest = new RegExp(`^([0-9a-f]{64})\\s+\\*?${name.replaceAll('.', '\\.')}\\.tar\\.gz$`, 'm').exec(
    sums,
  )?.[1];
  if (digest === undefined) throw new Error(`SHA256SUMS does not list ${name}.tar.gz`);
  const archive = await download(`${base}/${name}.tar.gz`, 120_000);
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== digest)
    throw new Error(`${name}.tar.gz has the digest ${found}, and ${digest} was published`);

  const file = join(folder, 'release.tar.gz');
  writeFileSync(file, archive);
  await run('tar', ['-xzf', file, '-C', folder, '--strip-components=1', `${name}/nats-server`]);
  rmSync(file);
  chmodSync(join(folder, 'nats-server'), 0o755);
  return `official release ${VERSION}`;
}

async function download(url: string, withinMs: number): Promise<Buffer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(withinMs) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message : 'failed';
    throw new Error(`${new URL(url).host} could not be read (${why})`, { cause: error });
  }
}
