import { LONGEST_HOLD } from '../approach.js';
import { Filling } from './filling.js';
import { adoptKept } from './kept-sets.js';
import { fedGenerations, pointTo, type FedGeneration } from './spare-sets.js';

/** Gives a site its new settings: holds live projection for a moment and makes the site point to what was filled. */
export class Reprojection extends Filling {
  protected override generations(hold: boolean): Promise<FedGeneration[]> {
    const { client, lease } = this.of;
    return fedGenerations(client, lease.partition, hold);
  }

  protected override async ensure(generations: readonly FedGeneration[]): Promise<void> {
    const { client, job, site } = this.of;
    await adoptKept(
      client,
      job,
      site,
      generations.map(({ id }) => id),
    );
    await super.ensure(generations);
  }

  protected override async end(): Promise<boolean> {
    const { engine, client, lease, job, site } = this.of;
    this.waiting.holds(true);
    const { floor, switched, committed } = await this.transaction(async () => {
      const floor = await this.lock();
      const filled = await this.fillRest(await this.generations(true), performance.now() + LONGEST_HOLD);
      if (filled.sets) {
        await this.done({ revision: site.settings.revision, reprojected: true });
        await pointTo(client, job, site, filled.sets);
        await engine.failpoints.reproject_before_switch?.(lease.partition);
      }
      return { floor, switched: filled.sets !== undefined, committed: filled.committed };
    });
    committed();
    if (!switched) return false;
    this.waiting.holds(false);
    await engine.failpoints.reproject_after_switch?.(lease.partition);
    engine.log.notify({ partition: lease.partition, sequence: floor, sites: [site.settings.id] });
    return true;
  }
}
