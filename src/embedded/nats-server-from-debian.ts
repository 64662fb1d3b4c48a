import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { englishEnvironment } from '#config/machine.js';
import type { Logger } from '#telemetry/logger.js';
import { readAptSources, type AptSource } from './apt-sources.js';
import { findExecutable } from './executables.js';

const run = promisify(execFile);

/** Suites whose nats-server is new enough and needs nothing but a C library of 2021, newest first. */
const SUITES: Readonly<Record<string, { component: string; suites: readonly string[] }>> = {
  debian: { component: 'main', suites: ['sid', 'forky', 'trixie'] },
  ubuntu: { component: 'universe', suites: ['devel', 'resolute', 'questing', 'plucky', 'noble'] },
};

/**
 * The distribution's own signed package, from the mirror that this machine's apt uses, fetched with a scratch apt
 * configuration and unpacked: no root, nothing installed, the system's lists untouched.
 */
export async function fromDebian(folder: string, logger: Logger): Promise<string> {
  for (const tool of ['apt-get', 'dpkg-deb'])
    if (findExecutable(tool) === undefined) throw new Error(`no ${tool} on this machine`);
  const release = readOsRelease();
  const distribution = [release['ID'], ...(release['ID_LIKE'] ?? '').split(' ')].find(
    (name): name is string => name !== undefined && name in SUITES,
  );
  const known = distribution === undefined ? undefined : SUITES[distribution];
  if (!known) throw new Error('this is neither Debian nor Ubuntu');
  const mirror = ownMirror(readAptSources(), release['VERSION_CODENAME'] ?? '');
  if (!mirror) throw new Error("apt's sources name no archive of this distribution");

  const faults: string[] = [];
  for (const suite of known.suites) {
    try {
      logger.info(`Fetching the nats-server package of ${suite} from ${hostOf(mirror.uri)}`);
      return await fetchFrom(folder, mirror, suite, known.component);
    } catch (error) {
      faults.push(`${suite}: ${aptFault(error)}`);
      if (isOffline(faults.at(-1) ?? '')) break;
    }
  }
  throw new Error(faults.join('; '));
}

/** The archive that the distribution itself comes from: it has this release as a suite, not only additions to it. */
export function ownMirror(sources: readonly AptSource[], codename: string): AptSource | undefined {
  return sources.find((source) => source.suites.includes(codename) && source.components.includes('main'));
}

async function fetchFrom(
  folder: string,
  mirror: AptSource,
  suite: string,
  component: string,
): Promise<string> {
  const scratch = join(folder, 'apt');
  rmSync(scratch, { recursive: true, force: true });
  for (const part of ['sources', 'lists/partial', 'cache/archives/partial', 'unpacked', 'empty'])
    mkdirSync(join(scratch, part), { recursive: true });
  writeFileSync(join(scratch, 'sources', 'tidemark.sources'), sourceText(mirror, suite, component));
  const settings = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(scratch, 'sources'),
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': join(scratch, 'empty'),
    'Dir::State::Lists': join(scratch, 'lists'),
    'Dir::Cache': join(scratch, 'cache'),
    'Acquire::Languages': 'none',
    'Acquire::Retries': '0',
    'Acquire::http::Timeout': '8',
    'Acquire::https::Timeout': '8',
    'APT::Update::Error-Mode': 'any',
    ...(process.getuid?.() === 0 ? { 'APT::Sandbox::User': 'root' } : {}),
  };
  const options = ['-q', ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
  const apt = (...args: string[]) =>
    run('apt-get', [...options, ...args], { cwd: scratch, timeout: 120_000, env: englishEnvironment() });
  await apt('update');
  await apt('download', 'nats-server');
  const archive = readdirSync(scratch).find((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new Error('apt-get downloaded no package');
  const unpacked = join(scratch, 'unpacked');
  await run('dpkg-deb', ['-x', join(scratch, archive), unpacked]);
  const program = ['usr/sbin', 'usr/bin'].map((part) => join(unpacked, part, 'nats-server')).find(existsSync);
  if (program === undefined) throw new Error(`${archive} holds no nats-server`);
  copyFileSync(program, join(folder, 'nats-server'));
  chmodSync(join(folder, 'nats-server'), 0o755);
  rmSync(scratch, { recursive: true, force: true });
  return `package ${decodeURIComponent(archive)} of ${suite}`;
}

export function sourceText(mirror: AptSource, suite: string, component: string): string {
  const lines = ['Types: deb', `URIs: ${mirror.uri}`, `Suites: ${suite}`, `Components: ${component}`];
  if (mirror.signedBy !== undefined) lines.push(`Signed-By: ${mirror.signedBy}`);
  return lines.join('\n') + '\n';
}

function readOsRelease(path = '/etc/os-release'): Record<string, string | undefined> {
  if (!existsSync(path)) return {};
  const lines = readFileSync(path, 'utf8').matchAll(/^([A-Z_]+)="?([^"\n]*)"?$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).host || uri : uri;
}

function aptFault(error: unknown): string {
  const { stderr = '', message = '' } = error as { stderr?: string; message?: string };
  const lines = stderr.split('\n').filter((line) => /^[EW]:/.test(line));
  return (lines[0] ?? message.split('\n')[0] ?? 'failed').trim();
}

/** No suite will do better when the mirror cannot be reached at all. */
function isOffline(fault: string): boolean {
  return /Could not resolve|Could not connect|Connection (failed|timed out|refused)|Network is unreachable/i.test(
    fault,
  );
}
