import type { Page, WebSocketRoute } from 'playwright-core';
import { describe, expect, test } from 'vitest';

import { runCommand } from '../harness/stack.js';
import { waitFor } from '../harness/wait-for.js';
import { sendViews, waitForFigures } from './support/dashboard.js';
import { pageLab } from './support/page-lab.js';

const lab = pageLab();
const AWAY = /ERR_CONNECTION_REFUSED|WebSocket|503/;

test('a server that is stopped and started again: the figures move on by themselves', async () => {
  await sendViews(lab.stack.url, 'stopped', '/');
  const { page } = await lab.visit(`/?site=stopped`, { tolerate: AWAY });
  await waitForFigures(page, { pageViews: 1 });
  await page.getByText('Live', { exact: true }).waitFor();
  await lab.stack.restart();
  await page.getByText('Live', { exact: true }).waitFor();
  await sendViews(lab.stack.url, 'stopped', '/after');
  await waitForFigures(page, { pageViews: 2 });
});

/** Between the page and the server: passes everything on until the subscriptions are ended, for both of them. */
class Ending {
  private readonly open = new Map<string, string>();
  private socket: WebSocketRoute | undefined;
  private server: WebSocketRoute | undefined;

  readonly route = (page: Page) =>
    page.routeWebSocket('**/graphql', (socket) => {
      this.socket = socket;
      this.server = socket.connectToServer();
      socket.onMessage((message) => {
        const { type, id, payload } = JSON.parse(String(message)) as Message;
        if (type === 'subscribe' && id !== undefined) this.open.set(id, payload?.operationName ?? '');
        if (type === 'complete' && id !== undefined) this.open.delete(id);
        this.server?.send(message);
      });
    });

  names(): string[] {
    return [...this.open.values()].sort();
  }

  end(type: 'error' | 'complete'): void {
    for (const id of this.open.keys()) {
      const message = type === 'error' ? { id, type, payload: [{ message: 'It ended.' }] } : { id, type };
      this.server?.send(JSON.stringify({ id, type: 'complete' }));
      this.socket?.send(JSON.stringify(message));
    }
    this.open.clear();
  }
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: { readonly operationName?: string };
}

describe.each(['error', 'complete'] as const)(
  'subscriptions that the server ends with “%s” begin again',
  (type) => {
    test('on the page of figures, with what came meanwhile', async () => {
      const site = `figures-${type}`;
      await sendViews(lab.stack.url, site, '/');
      const ending = new Ending();
      const { page } = await lab.visit(`/?site=${site}`, { before: ending.route });
      await waitForFigures(page, { pageViews: 1 });
      await waitFor(() => ending.names().length === 2);
      ending.end(type);
      await sendViews(lab.stack.url, site, '/meanwhile');
      await sendViews(lab.stack.url, `${site}-new`, '/');
      await waitForFigures(page, { pageViews: 2 });
      await page.locator('#site option', { hasText: `${site}-new` }).waitFor({ state: 'attached' });
      expect(ending.names()).toEqual(['OverviewLive', 'SitesLive']);
      await sendViews(lab.stack.url, site, '/later');
      await waitForFigures(page, { pageViews: 3 });
    });

    test('on the page of projections', async () => {
      const ending = new Ending();
      const { page } = await lab.visit(`/projections`, { before: ending.route });
      await waitFor(() => ending.names().length === 2);
      const orders = page.locator('.orders li');
      const before = await orders.count();
      ending.end(type);
      await runCommand(lab.stack.dataDir, 'verify');
      await waitFor(async () => (await orders.count()) > before);
      expect(ending.names()).toEqual(['JobsLive', 'ProjectionsLive']);
    });

    test('on the page of events', async () => {
      const site = `events-${type}`;
      await sendViews(lab.stack.url, site, '/');
      const ending = new Ending();
      const { page } = await lab.visit(`/events?site=${site}`, {
        before: ending.route,
      });
      const rows = page.locator('.feed-item');
      await waitFor(async () => (await rows.count()) === 1);
      ending.end(type);
      await sendViews(lab.stack.url, site, '/meanwhile');
      await rows.filter({ hasText: '/meanwhile' }).waitFor();
      await sendViews(lab.stack.url, site, '/later');
      await rows.filter({ hasText: '/later' }).waitFor();
      expect(await rows.count()).toBe(3);
    });
  },
);
