import { LOCAL, type Actor } from '#access/actor.js';
import type { SiteEvent } from '#events/workspace-event.js';
import type { GivenKey } from '#workspace/commands/decide-key.js';
import { KeySettings } from '#workspace/commands/key-settings.js';

import { waitFor } from '../../harness/wait-for.js';
import type { IngestApp } from './ingest-app.js';

export interface MadeKey {
  readonly id: string;
  /** The key itself. */
  readonly text: string;
}

/** A site of an organization, there for the process when this resolves. */
export async function makeSite(product: IngestApp, siteId: string, organizationId?: string): Promise<void> {
  const event = { type: 'SiteCreated', siteId, partition: 0, at: Date.now(), actor: 'test' } as const;
  await append(product, { ...event, ...(organizationId !== undefined && { organizationId }) });
}

/** Puts an event of a site behind those that it has. */
export async function append(product: IngestApp, event: SiteEvent): Promise<void> {
  const { workspace, log } = product;
  const last = workspace.site(event.siteId)?.revision ?? 0;
  const outcome = await log.workspace.append('site', event.siteId, event, last);
  if (!outcome.stored) throw new Error(outcome.reason);
  await known(product, outcome.sequence);
}

export async function known({ workspace }: IngestApp, sequence: number): Promise<void> {
  await waitFor(() => workspace.sequence >= sequence, { message: 'the workspace to be read' });
}

/** A key of a site; without one of every site of an organization. */
export async function makeKey(
  product: IngestApp,
  siteId: string | undefined,
  given: Partial<GivenKey> & { organizationId?: string; actor?: Actor } = {},
): Promise<MadeKey> {
  const { organizationId, actor = LOCAL, ...rest } = given;
  const settings = product.app.get(KeySettings, { strict: false });
  const outcome = await settings.create(
    actor,
    siteId,
    { name: 'test', kind: 'public', ...rest },
    organizationId,
  );
  if (!('key' in outcome)) throw new Error(JSON.stringify(outcome));
  return { id: outcome.key.id, text: outcome.secret ?? '' };
}
