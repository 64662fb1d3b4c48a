interface About {
  readonly projection?: string;
  readonly version?: number;
  readonly generation?: number;
  readonly swap?: boolean;
  readonly id?: number;
  readonly site?: string;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly rules?: readonly unknown[];
}

/** What an order of this kind does, for people: a sentence without its full stop. */
export function jobTitle(kind: string, about: About): string {
  const { projection, generation } = about;
  switch (kind) {
    case 'rebuild':
      return `Rebuild ${projection ?? 'all projections'}${about.version === undefined ? '' : ` as version ${about.version}`}${about.swap ? ' and switch to it' : ''}`;
    case 'rebuild_from_zero':
      return 'Rebuild everything from zero';
    case 'swap':
      return `Switch ${projection} to ${generation === undefined ? 'its newest build' : `generation ${generation}`}`;
    case 'rollback':
      return `Switch ${projection} back`;
    case 'retire':
      return generation === undefined
        ? `Retire what is kept of ${projection}`
        : `Retire generation ${generation} of ${projection}`;
    case 'retry_dead_letters':
      return `Retry ${lettersOf(about)}`;
    case 'discard_dead_letters':
      return `Discard ${lettersOf(about)}`;
    case 'as_of':
      return `Figures of site ${about.site} as they were`;
    case 'preview':
      return `Preview other settings of site ${about.site}`;
    case 'verify':
      return `Verify ${verified(about)}`;
    case 'reproject':
      return `Count ${about.site} anew ${settingsOf(about)}`;
    default:
      return kind;
  }
}

function lettersOf({ id, projection, site, reason }: About): string {
  if (id !== undefined) return `dead letter ${id}`;
  const parts = [
    projection !== undefined && ` of ${projection}`,
    site !== undefined && ` of site ${site}`,
    reason !== undefined && ` with the reason ${reason}`,
  ];
  return `dead letters${parts.filter((part) => part !== false).join('')}`;
}

function verified({ site, from, to }: About): string {
  const days = [from !== undefined && ` from ${from}`, to !== undefined && ` to ${to}`];
  const range = days.filter((part) => part !== false).join('');
  if (site !== undefined) return `site ${site}${range}`;
  return range === '' ? 'everything' : `all sites${range}`;
}

function settingsOf({ timeZone, rules = [] }: About): string {
  return `in ${timeZone}, ${rules.length === 0 ? 'without rules' : rules.length === 1 ? 'with 1 rule' : `with ${rules.length} rules`}`;
}
