/** The event types that ship with the product. A sender may use any other name too; see `customEventType`. */
export const EVENT_TYPES = [
  'page_view',
  'engagement',
  'click',
  'button_click',
  'form_submit',
  'search',
  'session_start',
  'user_signup',
  'user_login',
  'user_joined',
  'user_disconnect',
  'user_message',
  'log',
  'add_to_cart',
  'remove_from_cart',
  'purchase',
  'video_play',
  'video_pause',
  'identify',
  'web_vitals',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

declare const customName: unique symbol;
/** The name of an event type of one's own; made by `customEventType`, so that a mistyped built-in name is no custom type by accident. */
export type CustomEventType<Name extends string = string> = Name & { readonly [customName]: true };

export function customEventType<Name extends string>(name: Name): CustomEventType<Name> {
  return name as CustomEventType<Name>;
}
