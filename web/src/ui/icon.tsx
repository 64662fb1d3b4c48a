const PATHS = {
  chevron: 'm5 7.5 5 5 5-5',
  calendar: 'M4 6.5h12v10H4zM4 9.8h12M7.2 4v3.4M12.8 4v3.4',
  clock: 'M10 17a7 7 0 1 1 0-14 7 7 0 0 1 0 14ZM10 6v4.3l2.8 1.700',
  search: 'M13.2 13.2 17 17M9 14.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11Z',
  sun: 'M10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM10 2.2v1.6M10 16.2v1.6M2.2 10h1.6M16.2 10h1.6M4.5 4.5l1.1 1.1M14.4 14.4l1.1 1.1M4.5 15.5l1.1-1.1M14.4 5.6l1.1-1.1',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5 7 7 0 1 0 16.5 12Z',
  up: 'M10 15.5v-11M5.2 9.3 10 4.5l4.8 4.8',
  down: 'M10 4.5v11M5.2 10.7 10 15.5l4.8-4.8',
  same: 'M4.5 10h11',
  warning: 'M10 3.4 17.6 16.6H2.4ZM10 8.2v4M10 14.3v.1',
  retry: 'M16 10a6 6 0 1 1-1.9-4.4M16.2 2.8v3.6h-3.6',
  copy: 'M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3',
  check: 'm4.5 10.5 3.6 3.6 7.4-8',
  table: 'M3.5 4.5h13v11h-13zM3.5 8.2h13M3.5 11.9h13M8.5 8.2v7.3',
  layers: 'm10 3 7 3.6-7 3.6-7-3.6ZM3 10.1l7 3.6 7-3.6M3 13.5l7 3.6 7-3.6',
  sliders: 'M3.5 6.5h7M14.5 6.5h2M3.5 13.5h2M9.5 13.5h7M12.5 4.5v4M7.5 11.5v4',
  undo: 'M7.5 4.5 4 8l3.5 3.5M4 8h7.5a4.5 4.5 0 0 1 0 9H8',
  pulse: 'M2.5 10h3.2l2.100-5.500 3.800 11 2.400-5.500h3.500',
  pause: 'M7 4.500v11M13 4.500v11',
  play: 'M6.500 4.500 15 10l-8.500 5.500Z',
  cross: 'm5.500 5.500 9 9M14.500 5.500l-9 9',
  line: 'm3.5 13.5 4-4.5 3.5 3 5.5-6.5',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration only: whatever an icon says is also said in text beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
