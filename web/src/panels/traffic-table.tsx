import { formatTime, type TimeSeries } from '../charts/time-series.js';
import { formatNumber } from '../format.js';

/** Every value of the chart, newest first. */
export function TrafficTable({ series }: { series: TimeSeries }) {
  const rows = series.points.filter(({ values }) => values.some((value) => value !== null)).reverse();
  return (
    // Focusable, so that the keyboard can scroll it.
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Values over time">
      <table className="values">
        <thead>
          <tr>
            <th scope="col">{series.unit === 'day' ? 'Day' : 'Hour'}</th>
            {series.names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ time, values }) => (
            <tr key={time.getTime()}>
              <th scope="row">{formatTime(time, series)}</th>
              {values.map((value, index) => (
                <td key={series.names[index]}>{formatNumber(value ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
