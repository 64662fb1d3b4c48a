import type { DialectRefusal } from '../../http/door.js';

/** An error as the clients' maker writes it. */
export function posthogRefusal(status: number, messages: readonly string[]): DialectRefusal {
  const type =
    { 401: 'authentication_error', 403: 'authentication_error', 429: 'throttled_error' }[status] ??
    (status >= 500 ? 'server_error' : 'validation_error');
  const code =
    {
      401: 'invalid_api_key',
      403: 'permission_denied',
      404: 'not_found',
      413: 'payload_too_large',
      429: 'rate_limit_exceeded',
      503: 'unavailable',
    }[status] ?? 'invalid_payload';
  return { status, body: { type, code, detail: messages.join('; '), attr: null } };
}

/**
 * What the client of browsers asks first: nothing is on but the sending of events, so it loads nothing else. It would load a
 * script even for `surveys: false`; of what is not named it loads none.
 */
export function remoteConfig(token: string): object {
  return {
    token,
    supportedCompression: ['gzip', 'gzip-js'],
    hasFeatureFlags: false,
    captureDeadClicks: false,
    capturePerformance: false,
    autocapture_opt_out: false,
    autocaptureExceptions: false,
    analytics: { endpoint: '/i/v0/e/' },
    elementsChainAsString: true,
    errorTracking: { autocaptureExceptions: false, suppressionRules: [] },
    logs: { captureConsoleLogs: false },
    sessionRecording: false,
    heatmaps: false,
    productTours: false,
    conversations: false,
    defaultIdentifiedOnly: true,
    siteApps: [],
  };
}

/** The same as a script, which that client tries before. `token` has no character that could end the text. */
export function remoteConfigScript(token: string): string {
  const entry = JSON.stringify({ config: remoteConfig(token), siteApps: [] });
  return `(function () {
  window._POSTHOG_REMOTE_CONFIG = window._POSTHOG_REMOTE_CONFIG || {};
  window._POSTHOG_REMOTE_CONFIG['${token}'] = ${entry};
})();
`;
}

/** No flag is known here; the clients take that for an answer. */
export const NO_FLAGS = {
  flags: {},
  featureFlags: {},
  featureFlagPayloads: {},
  errorsWhileComputingFlags: false,
  quotaLimited: [],
  config: { enable_collect_everything: true },
  supportedCompression: ['gzip', 'gzip-js'],
  isAuthenticated: false,
  toolbarParams: {},
  sessionRecording: false,
  siteApps: [],
} as const;
