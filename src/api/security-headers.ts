import type { FastifyInstance } from 'fastify';

// Inline styles are how React and the charts set sizes and colours; no script is ever inline.
const PAGE = policy({
  'default-src': "'self'",
  'script-src': "'self'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'object-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
});

// GraphiQL comes as one page with its scripts, workers and fonts inside; outside production only.
const EXPLORER = policy({
  'default-src': "'none'",
  'script-src': "'unsafe-inline' blob:",
  'worker-src': 'blob:',
  'style-src': "'unsafe-inline'",
  'img-src': "'self' data:",
  'font-src': 'data:',
  'connect-src': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
});

/**
 * On every answer that could be shown as a page: nothing is loaded from, shown inside, or told to another host. Addresses
 * that answer programs only see to themselves.
 * @param o.https it is reached by https alone: browsers are told to keep to that
 */
export function securityHeaders(app: FastifyInstance, { https }: { readonly https: boolean }): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if ((request.routeOptions.config as { programsOnly?: boolean }).programsOnly) return done(null, payload);
    const html = String(reply.getHeader('content-type') ?? '').startsWith('text/html');
    const explorer = html && request.url.split('?', 1)[0] === '/graphql';
    reply.headers({
      'content-security-policy': explorer ? EXPLORER : PAGE,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    });
    if (https) reply.header('strict-transport-security', 'max-age=31536000');
    // Figures move all the time; only files of the web app say otherwise.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done(null, payload);
  });
}

function policy(directives: Readonly<Record<string, string>>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}
