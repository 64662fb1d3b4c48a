import { defined, fieldsOf, idIn, textIn } from '../fit.js';

type Fields = Readonly<Record<string, unknown>>;

/** Said by the event's own fields, or about the client and its session: nothing that happened. */
const ABOUT_CLIENT =
  /^\$(active_feature_flags|anon_distinct_id|autocapture_disabled|browser|config|cookieless|cymbal|current_url|current_title|dead_clicks_enabled|device|event_time|exception_capture|feature\/|feature_flag_payloads|geoip|had_persisted|has_|host$|ignore_|initial_|insert_id|ip$|is_|language|last_posthog|lib|locale|network|os($|_)|pathname|pageview_id|prev_pageview|process_person|product_tour_id|raw_user_agent|recording|referr|replay|screen_(height|width)|sdk_|search_engine|session|set($|_)|start_timestamp|surveys|time$|timezone|title$|transformations|user_id$|user_agent|viewport|web_vitals_|window_id)/;

/** What the client of browsers copies out of the address to every event; it is in the URL. */
const CAMPAIGN =
  /^(utm_(source|medium|campaign|content|term|id)|gclid|gad_source|gclsrc|dclid|gbraid|wbraid|fbclid|msclkid|twclid|li_fat_id|mc_cid|igshid|ttclid|rdt_cid|epik|qclid|sccid|irclid|oppref|bfcid|_kx|ph_keyword)$/;

/** The properties of a canonical event: what the sender said of the visit, by the kind of event. */
export function posthogProperties(name: string, event: Fields, properties: Fields): Record<string, unknown> {
  switch (name) {
    case '$pageleave':
      return defined({
        scrollDepth: rounded(properties['$prev_pageview_max_scroll_percentage'], 100),
        engagedMs: rounded(properties['$prev_pageview_duration'], 1000),
      });
    case '$web_vitals':
      return defined({
        lcp: numberIn(properties['$web_vitals_LCP_value']),
        inp: numberIn(properties['$web_vitals_INP_value']),
        cls: numberIn(properties['$web_vitals_CLS_value']),
        fcp: numberIn(properties['$web_vitals_FCP_value']),
        ttfb: numberIn(properties['$web_vitals_TTFB_value']),
      });
    case '$identify':
    case '$set':
      return traitsOf(event, properties);
    case '$create_alias':
      return defined({ previousId: idIn(properties['alias']) });
    case '$groupidentify':
      return {
        ...fieldsOf(properties['$group_set']),
        ...defined({ groupId: idIn(properties['$group_key']), groupType: textIn(properties['$group_type']) }),
      };
    case '$screen':
      return { ...own(name, properties), ...defined({ name: textIn(properties['$screen_name']) }) };
    default:
      return own(name, properties);
  }
}

/** What the sender itself put there; of events that the client makes itself, what they are about too. */
function own(name: string, properties: Fields): Record<string, unknown> {
  const ofClient = name.startsWith('$') && name !== '$pageview' && name !== '$screen';
  const inBrowser = properties['$lib'] === 'web';
  const kept = Object.entries(properties).filter(([key]) => {
    if (key === 'token' || key === 'distinct_id') return false;
    if (key.startsWith('$')) return key === '$groups' || (ofClient && !ABOUT_CLIENT.test(key));
    if (inBrowser && CAMPAIGN.test(key)) return false;
    return !(name === '$pageview' && key === 'title');
  });
  const revenue = numberIn(properties['$revenue']);
  const currency = textIn(properties['$currency']);
  return {
    ...Object.fromEntries(kept),
    ...(revenue !== undefined && { revenue }),
    ...(revenue !== undefined && currency !== undefined && { currency }),
  };
}

/** About the person: beside the event, or among its properties. The client of browsers adds where it first saw them. */
function traitsOf(event: Fields, properties: Fields): Record<string, unknown> {
  const named = ['$set_once', '$set'].flatMap((key) =>
    [properties[key], event[key]].flatMap((traits) => Object.entries(fieldsOf(traits) ?? {})),
  );
  const inBrowser = properties['$lib'] === 'web';
  return Object.fromEntries(
    named.filter(([key]) => !key.startsWith('$') && !(inBrowser && CAMPAIGN.test(key))),
  );
}

const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

function rounded(value: unknown, factor: number): number | undefined {
  const number = numberIn(value);
  return number === undefined ? undefined : Math.round(number * factor);
}
