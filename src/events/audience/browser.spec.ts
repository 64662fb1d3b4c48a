import { expect, it } from 'vitest';
import { browserOf } from './browser.js';

const webKit = 'AppleWebKit/537.36 (KHTML, like Gecko)';

it.each([
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/141.0.0.0 Safari/537.36`,
    'Chrome Windows desktop',
  ],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0`,
    'Microsoft Edge Windows desktop',
  ],
  [
    `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${webKit} Chrome/141.0.0.0 Safari/537.36`,
    'Chrome Chrome OS desktop',
  ],
  [`Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0`, 'Firefox Linux desktop'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15',
    'Safari macOS desktop',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    'Safari iOS mobile',
  ],
  [
    'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    'Safari iOS tablet',
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${webKit} Chrome/141.0.0.0 Mobile Safari/537.36`,
    'Chrome Android mobile',
  ],
  [
    `Mozilla/5.0 (Linux; Android 10; K) ${webKit} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`,
    'Samsung Internet for Android Android mobile',
  ],
  [
    `Mozilla/5.0 (Web0S; Linux/SmartTV) ${webKit} Chrome/87.0.4280.88 Safari/537.36 WebAppManager`,
    'WebOS Browser WebOS tv',
  ],
  [
    'Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15',
    'Safari  other',
  ],
  ['Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18', 'Opera Windows desktop'],
  [
    `Mozilla/5.0 (Linux; U; Android 10; en-us; Redmi) ${webKit} Version/4.0 Chrome/100.0 Mobile Safari/537.36 XiaoMi/MiuiBrowser/13.1`,
    'Miui Android mobile',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 14_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0 Mobile/15E148 Safari/604.1 OPT/2.6.4',
    'Opera Touch iOS mobile',
  ],
  // No browser that anybody knows: nothing of the text is taken for a name.
  ['Mozilla/5.0 (Windows NT 10.0)', ' Windows desktop'],
  ['MyApp 1.2/3 CFNetwork', '  '],
  ['jane.doe@example.com token=abc/1 (x', '  '],
  [`${'x'.repeat(500)}/1 (x`, '  '],
  ['Generic/1 (x', '  '],
  ['constructor/1 (x', '  '],
  // None, one that is no browser, and bots that the library knows.
  ['', '  '],
  ['curl/8.14.1', '  '],
  ['x', '  '],
  ['\u{1F600}\0', '  '],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', '  '],
])('%s', (userAgent, expected) => {
  const { browser, os, device } = browserOf(userAgent);
  expect([browser, os, device].join(' ')).toBe(expected);
  expect(browserOf(userAgent)).toEqual({ browser, os, device });
});

it('takes no time for what is written to take time', () => {
  const nasty = [
    'Mozilla/' + '('.repeat(50_000),
    'Mozilla/5.0 ' + 'a '.repeat(250),
    'Android '.repeat(64),
    'Version/'.repeat(64),
    '1.'.repeat(256),
    'Mozilla/5.0 (Macintosh; Intel Mac OS X ' + '1_'.repeat(230),
  ];
  browserOf('warm');
  for (const userAgent of nasty) {
    const text = userAgent.slice(0, 512);
    // The best of some: another process may take the processor in between.
    const times = [1, 2, 3, 4].map((n) => {
      const started = performance.now();
      browserOf(text.slice(0, -1) + String(n));
      return performance.now() - started;
    });
    expect(Math.min(...times), userAgent.slice(0, 40)).toBeLessThan(5);
  }
});
