import { describe, expect, it } from 'vitest';
import { anEvent, deliveries, project } from '../test/harness/given.js';
import { topPaths } from './top-paths.js';

describe.each(deliveries)('top paths, delivered %s', (_, deliver) => {
  it('counts the views of each path of each day', () => {
    const events = [
      anEvent({ path: '/a' }),
      anEvent({ path: '/a' }),
      anEvent({ path: '/b' }),
      anEvent({ path: '/a', at: '2026-03-15T00:00:00Z' }),
    ];
    expect(project(topPaths, events, deliver)).toEqual([
      { day: '2026-03-14', path: '/a', views: 2 },
      { day: '2026-03-14', path: '/b', views: 1 },
      { day: '2026-03-15', path: '/a', views: 1 },
    ]);
  });

  it('keeps paths apart by every byte', () => {
    const paths = ['/a', '/A', '/a/', '/a?x=1', '/á', '/a\u0301', ''];
    const events = paths.map((path) => anEvent({ path }));
    expect(project(topPaths, events, deliver)).toHaveLength(paths.length);
  });

  it('has no row for a view without a path, nor for other types', () => {
    const { path, ...pathless } = anEvent();
    expect(path).toBe('/');
    expect(project(topPaths, [pathless, anEvent({ type: 'click' })], deliver)).toEqual([]);
  });
});
