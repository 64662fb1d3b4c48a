import type { BuiltInEventType } from './types/definition.js';
import { addToCart } from './types/add-to-cart.js';
import { buttonClick } from './types/button-click.js';
import { click } from './types/click.js';
import { engagement } from './types/engagement.js';
import { formSubmit } from './types/form-submit.js';
import { identify } from './types/identify.js';
import { log } from './types/log.js';
import { pageView } from './types/page-view.js';
import { purchase } from './types/purchase.js';
import { removeFromCart } from './types/remove-from-cart.js';
import { search } from './types/search.js';
import { sessionStart } from './types/session-start.js';
import { userDisconnect } from './types/user-disconnect.js';
import { userJoined } from './types/user-joined.js';
import { userLogin } from './types/user-login.js';
import { userMessage } from './types/user-message.js';
import { userSignup } from './types/user-signup.js';
import { videoPause } from './types/video-pause.js';
import { videoPlay } from './types/video-play.js';
import { webVitals } from './types/web-vitals.js';

/** The event types that ship with the product. A sender may use any other name too; see `customEventType`. */
const list = [
  pageView,
  engagement,
  click,
  buttonClick,
  formSubmit,
  search,
  sessionStart,
  userSignup,
  userLogin,
  userJoined,
  userDisconnect,
  userMessage,
  log,
  addToCart,
  removeFromCart,
  purchase,
  videoPlay,
  videoPause,
  identify,
  webVitals,
] as const;

export type EventType = (typeof list)[number]['name'];

export const BUILT_IN_TYPES: readonly BuiltInEventType<EventType>[] = list;

const byName = new Map<string, BuiltInEventType<EventType>>(list.map((type) => [type.name, type]));

/** Undefined for a custom type. */
export const builtInType = (name: string): BuiltInEventType<EventType> | undefined => byName.get(name);

/** Whether read models count events of this type as views of a page. */
export const isPageView = (name: string): boolean => byName.get(name)?.pageView === true;

export const PAGE_VIEW_TYPES = list.flatMap((type): EventType[] => ('pageView' in type ? [type.name] : []));

declare const customName: unique symbol;
/** The name of an event type of one's own; made by `customEventType`, so that a mistyped built-in name is no custom type by accident. */
export type CustomEventType<Name extends string = string> = Name & { readonly [customName]: true };

export function customEventType<Name extends string>(name: Name): CustomEventType<Name> {
  return name as CustomEventType<Name>;
}
