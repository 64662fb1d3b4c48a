import type { SiteRule } from '#events/site-rules/site-rule.js';
import { Workspace, type Site } from './workspace.js';

/** What the figures of a site depend on. */
export interface FigureSettings {
  /** IANA name. */
  readonly timeZone: string;
  readonly rules: readonly SiteRule[];
}

/** The same with the sequence of the event that they began with; 0: with the site. */
export interface PastSettings {
  readonly settings: FigureSettings;
  readonly revision: number;
}

interface Since extends PastSettings {
  /** When that event was stored, milliseconds since the epoch. */
  readonly storedAt: number;
}

const BEGINNING: PastSettings = { settings: { timeZone: 'UTC', rules: [] }, revision: 0 };

/** Every settings that the figures of a site ever had, and when. A pure fold of the WORKSPACE stream. */
export class SettingsHistory {
  private readonly workspace = new Workspace();
  private readonly bySite = new Map<string, Since[]>();

  /** Once each, in order. */
  applyRecord(record: { readonly text: string; readonly sequence: number; readonly storedAt: number }): void {
    const { sequence, storedAt } = record;
    if (sequence <= this.workspace.sequence) return;
    const site = this.workspace.applyRecord(record);
    if (site?.figuresRevision !== sequence) return;
    const history = this.bySite.get(site.id) ?? [];
    history.push({ settings: figureSettings(site), revision: sequence, storedAt });
    this.bySite.set(site.id, history);
  }

  /** Those of a site at a time (milliseconds): what was stored by then. */
  at(siteId: string, time: number): PastSettings {
    const found = this.bySite.get(siteId)?.findLast(({ storedAt }) => storedAt <= time);
    return found ? { settings: found.settings, revision: found.revision } : BEGINNING;
  }

  /** Those that began with this event; undefined where this process has not read so far. */
  ofRevision(siteId: string, revision: number): PastSettings | undefined {
    if (revision === 0) return BEGINNING;
    return this.bySite.get(siteId)?.find((each) => each.revision === revision);
  }

  /** Sequences of the events that changed them between two revisions, the first one left out. */
  between(siteId: string, from: number, to: number): number[] {
    const revisions = (this.bySite.get(siteId) ?? []).map(({ revision }) => revision);
    return revisions.filter((revision) => revision > from && revision <= to);
  }
}

function figureSettings({ timeZone, rules }: Site): FigureSettings {
  return { timeZone, rules };
}
