import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One archive that the machine's apt uses. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** Path of a key ring, a fingerprint, or the key itself in the deb822 way (further lines indented). */
  readonly signedBy?: string;
}

/** Every enabled binary archive in the machine's own sources, in both formats. */
export function readAptSources(etc = '/etc/apt'): AptSource[] {
  const parts = join(etc, 'sources.list.d');
  const files = [
    join(etc, 'sources.list'),
    ...(existsSync(parts) ? readdirSync(parts).sort() : []).map((name) => join(parts, name)),
  ];
  return files.flatMap((file) => {
    if (!existsSync(file)) return [];
    if (file.endsWith('.sources')) return parseDeb822(readFileSync(file, 'utf8'));
    return file.endsWith('.list') ? parseOneLine(readFileSync(file, 'utf8')) : [];
  });
}

/** `deb [signed-by=/key.gpg] http://mirror/debian bookworm main contrib` */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)((?:\s+[^#\s]+)*)/.exec(line);
    if (!found) return [];
    const [, options = '', uri = '', suite = '', components = ''] = found;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [{ uri, suites: [suite], components: words(components), ...(signedBy ? { signedBy } : {}) }];
  });
}

/** Stanzas of `Field: value` lines. */
export function parseDeb822(text: string): AptSource[] {
  const withoutComments = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n');
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map<string, string>();
    for (const [, name = '', value = ''] of stanza.matchAll(/^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t]+.*)*)/gm))
      fields.set(name.toLowerCase(), value.trimEnd());
    if (!words(fields.get('types')).includes('deb') || fields.get('enabled')?.toLowerCase() === 'no')
      return [];
    const signedBy = fields.get('signed-by');
    return words(fields.get('uris')).map((uri) => ({
      uri,
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
      ...(signedBy ? { signedBy } : {}),
    }));
  });
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
