/** What a site that sends visitors is. */
export type SourceKind = 'search' | 'social' | 'video' | 'shopping' | 'email' | 'ai';

/** What the ID that a network adds to its links says. */
export interface Click {
  readonly kind: SourceKind | 'display';
  /** Whether somebody paid for it. */
  readonly paid: boolean;
}

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Under any top-level domain: `google.de`, `google.co.uk`. */
const BRANDS: Readonly<Record<string, SourceKind>> = {
  ...Object.fromEntries(
    words('google bing yahoo yandex duckduckgo').map((name) => [name, 'search' as const]),
  ),
  ...Object.fromEntries(words('pinterest').map((name) => [name, 'social' as const])),
  ...Object.fromEntries(words('amazon ebay etsy').map((name) => [name, 'shopping' as const])),
};

const HOSTS: Readonly<Record<SourceKind, readonly string[]>> = {
  search: words(`
    ecosia.org qwant.com startpage.com search.brave.com baidu.com sogou.com so.com naver.com seznam.cz ya.ru kagi.com
    mojeek.com swisscows.com presearch.com search.aol.com ask.com dogpile.com onet.pl rambler.ru lycos.com
    com.google.android.googlequicksearchbox com.google.android.search com.duckduckgo.mobile.android`),
  social: words(`
    facebook.com fb.com fb.me messenger.com instagram.com threads.net threads.com twitter.com x.com t.co linkedin.com lnkd.in
    reddit.com redd.it news.ycombinator.com lobste.rs mastodon.social mastodon.online fosstodon.org bsky.app tiktok.com
    snapchat.com tumblr.com vk.com ok.ru weibo.com t.me telegram.org web.telegram.org whatsapp.com wa.me discord.com
    quora.com stackexchange.com stackoverflow.com pin.it xing.com line.me medium.com
    com.facebook.katana com.instagram.android com.twitter.android com.linkedin.android com.reddit.frontpage
    com.slack org.telegram.messenger`),
  video: words(
    'youtube.com youtu.be vimeo.com twitch.tv dailymotion.com bilibili.com com.google.android.youtube',
  ),
  shopping: words('aliexpress.com walmart.com idealo.de shopping.google.com shopping.yahoo.com'),
  email: words(`
    mail.google.com mail.yahoo.com mail.yandex.ru outlook.com outlook.live.com outlook.office.com outlook.office365.com
    mail.proton.me mail.zoho.com mail.ru gmx.net web.de com.google.android.gm com.microsoft.office.outlook
    com.yahoo.mobile.client.android.mail`),
  ai: words(`
    chatgpt.com chat.openai.com openai.com perplexity.ai claude.ai gemini.google.com copilot.microsoft.com
    chat.deepseek.com chat.mistral.ai grok.com meta.ai you.com poe.com phind.com`),
};

/** As people write them into `utm_source`, beside the hosts. */
const NAMES: Readonly<Record<SourceKind, readonly string[]>> = {
  search: words(
    'google bing yahoo yandex baidu duckduckgo ecosia qwant naver adwords googleads google_ads bing_ads',
  ),
  social: words(`
    facebook fb meta instagram ig threads twitter x linkedin reddit hackernews hn mastodon bluesky tiktok snapchat pinterest
    tumblr vk whatsapp telegram discord quora facebook_ads facebookads instagram_ads tiktok_ads`),
  video: words('youtube yt vimeo twitch'),
  shopping: words('amazon ebay etsy idealo shopping google_shopping'),
  email: words(
    'email e-mail e_mail mail newsletter mailchimp klaviyo sendgrid mailerlite brevo hubspot_email',
  ),
  ai: words('chatgpt openai perplexity claude gemini copilot deepseek mistral grok'),
};

const byName = (lists: typeof HOSTS) =>
  new Map(
    (Object.entries(lists) as [SourceKind, readonly string[]][]).flatMap(([kind, names]) =>
      names.map((name) => [name, kind] as const),
    ),
  );

const hosts = byName(HOSTS);
const names = byName(NAMES);

/** Parameters of an address, in lower case, and what a network that adds one says with it. */
export const CLICK_IDS: ReadonlyMap<string, Click> = new Map(
  (
    [
      ['gclid gbraid wbraid msclkid yclid', { kind: 'search', paid: true }],
      ['dclid', { kind: 'display', paid: true }],
      ['ttclid twclid li_fat_id rdt_cid epik sccid', { kind: 'social', paid: true }],
      ['fbclid igshid igsh', { kind: 'social', paid: false }],
      ['srsltid', { kind: 'shopping', paid: false }],
      ['mc_eid mc_cid _hsenc', { kind: 'email', paid: false }],
    ] as const
  ).flatMap(([ids, click]) => words(ids).map((id) => [id, click] as const)),
);

const BRAND = /(?:^|\.)([a-z0-9-]+)\.(?:com?\.)?[a-z]{2,3}$/;

/** Of a host without `www.`, in lower case: by itself, else by what it is a part of. */
export function kindOfHost(host: string): SourceKind | undefined {
  for (let part = host; part.includes('.'); part = part.slice(part.indexOf('.') + 1)) {
    const kind = hosts.get(part);
    if (kind !== undefined) return kind;
  }
  const brand = BRAND.exec(host)?.[1];
  return brand !== undefined && Object.hasOwn(BRANDS, brand) ? BRANDS[brand] : undefined;
}

/** Of a `utm_source`: a name that is usual, or a host. */
export function kindOfSource(source: string): SourceKind | undefined {
  const name = source.toLowerCase();
  return names.get(name) ?? kindOfHost(name.replace(/^www\./, ''));
}
