import { useRef, type KeyboardEvent, type ReactNode } from 'react';

interface Props<T extends string> {
  /** Names the list, and begins the IDs of its parts. */
  readonly id: string;
  readonly label: string;
  readonly tabs: readonly { readonly value: T; readonly name: string }[];
  readonly selected: T;
  readonly onSelect: (value: T) => void;
  /** What the selected tab shows. */
  readonly children: ReactNode;
}

/** Tabs as the ARIA practices have them: one stop of the Tab key, the arrows, Home and End go from one to the next. */
export function Tabs<T extends string>({ id, label, tabs, selected, onSelect, children }: Props<T>) {
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ value }) => value === selected);
    const last = tabs.length - 1;
    const to = {
      ArrowRight: at === last ? 0 : at + 1,
      ArrowLeft: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    const tab = to === undefined ? undefined : tabs[to];
    if (to === undefined || tab === undefined) return;
    event.preventDefault();
    list.current?.querySelectorAll('button')[to]?.focus();
    onSelect(tab.value);
  };
  return (
    <>
      <div ref={list} className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ value, name }) => (
          <button
            key={value}
            type="button"
            role="tab"
            id={`${id}-${value}`}
            aria-selected={value === selected}
            aria-controls={`${id}-panel`}
            tabIndex={value === selected ? 0 : -1}
            onClick={() => onSelect(value)}
          >
            {name}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} className="tab-panel" role="tabpanel" aria-labelledby={`${id}-${selected}`}>
        {children}
      </div>
    </>
  );
}
