export interface Bar {
  /** Tells it from the others where two of them may have one name. */
  readonly key?: string;
  readonly name: string;
  /** Length against the longest bar, 0 to 1. */
  readonly length: number;
  readonly value: string;
  readonly share: string;
}

/**
 * Bars with their names on them, as a table: names are text of any length and in any script, can be selected and searched
 * for, and are read out with their columns. No chart library does that as well as HTML.
 */
export function BarList(props: {
  caption: string;
  columns: readonly [string, string, string];
  bars: readonly Bar[];
}) {
  const [name, value, share] = props.columns;
  return (
    <table className="bar-list">
      <caption className="visually-hidden">{props.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{name}</th>
          <th scope="col">{value}</th>
          <th scope="col">{share}</th>
        </tr>
      </thead>
      <tbody>
        {props.bars.map((bar) => (
          <tr key={bar.key ?? bar.name}>
            <th scope="row">
              <span className="bar" style={{ width: `${Math.max(0.4, bar.length * 100)}%` }} />
              <bdi className="bar-name" title={bar.name}>
                {bar.name}
              </bdi>
            </th>
            <td>{bar.value}</td>
            <td>{bar.share}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
