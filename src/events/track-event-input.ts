import { IsOptional, ValidateIf } from 'class-validator';
import { Rule } from './compiled-rules.js';
import { propertiesFault } from './properties.js';
import * as rules from './rules.js';
import type { FieldRule } from './rules.js';

/** What a tracking call may say: the one source of truth of the rules. Optional fields may also be null. */
export class TrackEventInput {
  @Rule('siteId', rules.siteRule)
  siteId: string;

  @Rule('eventType', rules.eventTypeRule)
  eventType: string;

  /**
   * Stored without query and fragment; the query is kept beside it, secret parameters removed. That of `url` where
   * absent, and not needed where the sender has no pages.
   */
  @ValidateIf((event: TrackEventInput) => event.path != null || (event.url == null && !event.pageless))
  @Rule('path', rules.pathRule)
  path?: string | null;

  /** Absolute, http or https; stored without credentials, secret parameters and fragment. */
  @IsOptional()
  @Rule('url', rules.urlRule)
  url?: string | null;

  /** ISO 8601 with a zone; from 1995 to 24 hours ahead. */
  @Rule('timestamp', rules.timestampRule)
  timestamp: string;

  /** UUID; the same one again counts once. Made where absent. */
  @IsOptional()
  @Rule('eventId', rules.eventIdRule)
  eventId?: string | null;

  @IsOptional()
  @Rule('userId', rules.personIdRule)
  userId?: string | null;

  @IsOptional()
  @Rule('visitorId', rules.personIdRule)
  visitorId?: string | null;

  /** An http or https URL, or a host name; empty is the same as absent. */
  @IsOptional()
  @Rule('referrer', rules.referrerRule)
  referrer?: string | null;

  @IsOptional()
  @Rule('title', rules.titleRule)
  title?: string | null;

  /** At most 100 keys, 5 levels and 16 KB. */
  @IsOptional()
  @Rule('properties', propertiesFault)
  properties?: Record<string, unknown> | null;

  /** True: a visitor without an ID is known for a day by a salted hash, and no cookie is read or set. */
  @IsOptional()
  @Rule('cookieless', rules.cookielessRule)
  cookieless?: boolean | null;

  /** Set from the context, never from what was sent. */
  pageless?: boolean;
}

/** Fields that describe where the visitor is. An unfit one is left out with a warning, never a reason to refuse. */
const deviceRules = {
  screen: rules.screenRule,
  language: rules.languageRule,
  userAgent: rules.userAgentRule,
  address: rules.addressRule,
} as const satisfies Readonly<Record<string, FieldRule>>;

export type Device = { -readonly [Field in keyof typeof deviceRules]?: string };

const none: readonly string[] = [];

/** What is fit of it, and a warning for each field that is not. */
export function deviceOf(input: object): { device: Device; unfit: readonly string[] } {
  const device: Device = {};
  let unfit: string[] | undefined;
  for (const field in deviceRules) {
    const name = field as keyof typeof deviceRules;
    const value: unknown = Object.hasOwn(input, name) ? (input as Device)[name] : undefined;
    if (value == null || value === '') continue;
    const fault = deviceRules[name](value);
    if (fault === undefined) device[name] = value as string;
    else (unfit ??= []).push(name + fault);
  }
  return { device, unfit: unfit ?? none };
}
