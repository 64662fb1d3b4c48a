import Bowser from 'bowser';
import { remembered } from './remembered.js';

/** What a user agent says of itself; empty where it does not say. */
export interface Browser {
  /** Such as `Chrome` or `Safari`; not its version. */
  readonly browser: string;
  /** Such as `Windows`, `macOS`, `iOS` or `Android`. */
  readonly os: string;
  readonly device: '' | 'desktop' | 'mobile' | 'tablet' | 'tv' | 'other';
}

const UNKNOWN: Browser = Object.freeze({ browser: '', os: '', device: '' });

/** What the library gives names to itself. Of any other text it takes a part of that text, with whatever stands in it. */
const BROWSERS = new Set([
  ...Object.values(Bowser.BROWSER_MAP),
  // Known to it, and not in its list.
  'Miui',
  'Opera Touch',
  'PlayStation 4',
  'SlimerJS',
]);
BROWSERS.delete('Generic');
const SYSTEMS = new Set(Object.values(Bowser.OS_MAP));

const known = (names: ReadonlySet<string>, name = ''): string => (names.has(name) ? name : '');

/** By the library: another version of it may say otherwise, and is another version of the read models that ask. */
export const browserOf = remembered((userAgent: string): Browser => {
  if (userAgent === '') return UNKNOWN;
  const { browser, os, platform } = Bowser.parse(userAgent);
  // Which of them are bots is another list's to say.
  if (platform.type === 'bot') return UNKNOWN;
  const named = { browser: known(BROWSERS, browser.name), os: known(SYSTEMS, os.name) };
  return named.browser === '' && named.os === ''
    ? UNKNOWN
    : { ...named, device: deviceOf(platform.type, named.os) };
});

const DEVICES = new Set(['desktop', 'mobile', 'tablet', 'tv']);
/** Of some of these the library says no more than the system. */
const OF_DESKTOPS = new Set(['Windows', 'macOS', 'Linux', 'Chrome OS']);

function deviceOf(type: string | undefined, os: string): Browser['device'] {
  if (type !== undefined && DEVICES.has(type)) return type as Browser['device'];
  return OF_DESKTOPS.has(os) ? 'desktop' : 'other';
}
