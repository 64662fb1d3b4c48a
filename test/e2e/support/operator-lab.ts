import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { buildProduct, root } from '../../harness/build.js';
import { launchBrowser, openPage, type WatchedPage } from '../../harness/browser.js';
import { startApi, type ApiApp } from './api-app.js';
import { Lab } from './projector-lab.js';

/** The operator's page on an API of its own, with projectors that a test starts and stops. */
export class OperatorLab {
  private constructor(
    readonly lab: Lab,
    readonly api: ApiApp,
    private readonly browser: Browser,
  ) {}

  static async open(): Promise<OperatorLab> {
    buildProduct({ web: true });
    const lab = await Lab.open(1);
    const api = await startApi(lab.database.url, { webDir: join(root, 'dist/web') });
    return new OperatorLab(lab, api, await launchBrowser());
  }

  page(context: BrowserContextOptions = {}): Promise<WatchedPage> {
    return openPage(this.browser, `${this.api.url}/projections`, { context });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.api.close();
    await this.lab.close();
  }
}
