import { expect, test } from 'vitest';
import { parseDeb822, parseOneLine } from './apt-sources.js';
import { ownMirror, sourceText } from './nats-server-from-debian.js';

const deb822 = `Types: deb deb-src
# http://mirror.example.org/old
URIs: http://mirror.example.org/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/archive.gpg

Enabled: no
Types: deb
URIs: http://off.example.org/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://a.example.org/x http://b.example.org/x
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
`;

test('deb822 stanzas, without the disabled and with every address', () => {
  expect(parseDeb822(deb822)).toEqual([
    {
      uri: 'http://mirror.example.org/debian',
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      signedBy: ' /usr/share/keyrings/archive.gpg'.trim(),
    },
    ...['a', 'b'].map((host) => ({
      uri: `http://${host}.example.org/x`,
      suites: ['bookworm-security'],
      components: ['main'],
      signedBy: '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----',
    })),
  ]);
});

test('one-line entries, with and without options', () => {
  const text = `
# deb http://commented.example.org/debian bookworm main
deb-src http://mirror.example.org/debian bookworm main
deb http://mirror.example.org/debian bookworm main contrib # why
deb [arch=amd64 signed-by=/etc/keys/a.gpg] https://other.example.org/apt stable main
deb http://flat.example.org/ ./
`;
  expect(parseOneLine(text)).toEqual([
    { uri: 'http://mirror.example.org/debian', suites: ['bookworm'], components: ['main', 'contrib'] },
    {
      uri: 'https://other.example.org/apt',
      suites: ['stable'],
      components: ['main'],
      signedBy: '/etc/keys/a.gpg',
    },
    { uri: 'http://flat.example.org/', suites: ['./'], components: [] },
  ]);
});

test("the distribution's own mirror is the one that has its release, and its key goes with it", () => {
  const sources = [...parseOneLine('deb https://other.example.org/apt stable main'), ...parseDeb822(deb822)];
  const mirror = ownMirror(sources, 'bookworm');
  expect(mirror?.uri).toBe('http://mirror.example.org/debian');
  expect(ownMirror(sources, 'trixie')).toBeUndefined();
  expect(mirror && sourceText(mirror, 'sid', 'main')).toBe(
    'Types: deb\nURIs: http://mirror.example.org/debian\nSuites: sid\nComponents: main\nSigned-By: /usr/share/keyrings/archive.gpg\n',
  );
});
