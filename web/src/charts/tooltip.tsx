import type { LineSeries, SliceTooltipProps } from '@nivo/line';
import { formatNumber } from '../format.js';
import { formatTime, type TimeSeries } from './time-series.js';

interface Props extends SliceTooltipProps<LineSeries> {
  readonly series: TimeSeries;
}

export function Tooltip({ slice, series }: Props) {
  const x = slice.points[0]?.data.x;
  const time = x instanceof Date ? x : new Date(0);
  const last = series.points.findLast(({ values }) => values[0] !== null);
  const running = series.running && last?.time.getTime() === time.getTime();
  return (
    <div className="tooltip">
      <p>
        {formatTime(time, series)}
        {running && ', so far'}
      </p>
      <dl>
        {series.names.map((name, index) => (
          <div key={name}>
            <dt data-series={index + 1}>{name}</dt>
            <dd>
              {formatNumber(Number(slice.points.find((point) => point.seriesId === name)?.data.y ?? 0))}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
