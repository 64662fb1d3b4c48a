import { Icon } from '../ui/icon.js';

interface Props {
  readonly sites: readonly {
    readonly id: string;
    readonly name: string;
    readonly archivedAt: string | null;
  }[];
  readonly selected: string;
  readonly onSelect: (site: string) => void;
}

export function SitePicker({ sites, selected, onSelect }: Props) {
  const known = sites.some(({ id }) => id === selected);
  return (
    <span className="site-picker">
      <label htmlFor="site" className="visually-hidden">
        Site
      </label>
      <select id="site" value={selected} title={selected} onChange={(event) => onSelect(event.target.value)}>
        {!known && <option value={selected}>{selected}</option>}
        {sites.map(({ id, name, archivedAt }) => (
          <option key={id} value={id}>
            {name}
            {archivedAt && ' (archived)'}
          </option>
        ))}
      </select>
      <Icon name="chevron" />
    </span>
  );
}
