import { Line, type LineSeries } from '@nivo/line';
import { useMemo } from 'react';
import { formatCompact, formatDayShort, formatHour, formatMonth } from '../format.js';
import { linesLayer } from './lines.js';
import { countTicks, timeTicks } from './ticks.js';
import type { TimeSeries } from './time-series.js';
import { Tooltip } from './tooltip.js';
import { useSize, type Size } from './use-size.js';

const COLORS = ['var(--series-1)', 'var(--series-2)'];
const LABEL_PX = 64;
const FIGURE_PX = 7.2;

const GRADIENTS = [
  {
    id: 'water',
    type: 'linearGradient',
    colors: [
      { offset: 0, color: 'var(--series-1)', opacity: 0.2 },
      { offset: 100, color: 'var(--series-1)', opacity: 0.02 },
    ],
  },
  { id: 'none', type: 'linearGradient', colors: [{ offset: 0, color: 'var(--series-1)', opacity: 0 }] },
];

const THEME = {
  text: { fontFamily: 'inherit', fontSize: 12, fill: 'var(--muted)' },
  grid: { line: { stroke: 'var(--grid)', strokeWidth: 1 } },
  crosshair: {
    line: { stroke: 'var(--muted)', strokeWidth: 1, strokeDasharray: '3 3', strokeOpacity: 0.8 },
  },
};

interface Props {
  readonly series: TimeSeries;
  /** What the chart shows, in a sentence, for those who cannot see it. */
  readonly label: string;
}

/** Lines over time, as large as its parent. Draws with CSS variables, so a change of theme needs no new render. */
export default function TimeChart(props: Props) {
  const [element, size] = useSize();
  return (
    <div ref={element} className="time-chart">
      {size && size.width > 0 && <Drawing {...props} size={size} />}
    </div>
  );
}

function Drawing({ series, label, size }: Props & { size: Size }) {
  const { points, names, unit, running, over = false, timeZone = 'UTC' } = series;
  const yTicks = countTicks(
    Math.max(0, ...points.flatMap(({ values }) => values.map((value) => value ?? 0))),
  );
  const left = 14 + FIGURE_PX * Math.max(...yTicks.map((tick) => formatCompact(tick).length));
  const times = points.map(({ time }) => time);
  const marked = points.flatMap((point, index) => (point.marked ? [index] : [])).join();
  const layer = useMemo(
    () => linesLayer({ running, over, marked: marked === '' ? [] : marked.split(',').map(Number) }),
    [running, over, marked],
  );

  return (
    <Line<LineSeries>
      role="img"
      ariaLabel={label}
      width={size.width}
      height={size.height}
      margin={{ top: 12, right: 26, bottom: 30, left }}
      data={names.map((id, index) => ({
        id,
        data: points.map(({ time, values }) => ({ x: time, y: values[index] ?? null })),
      }))}
      colors={COLORS}
      // Hours of some zones begin at :30 or :45, and are not to be cut to UTC's.
      xScale={{ type: 'time', format: 'native', useUTC: true, precision: unit === 'hour' ? 'minute' : unit }}
      yScale={{ type: 'linear', min: 0, max: yTicks.at(-1) ?? 1 }}
      axisLeft={{ tickValues: yTicks, tickSize: 0, tickPadding: 10, format: formatCompact }}
      axisBottom={{
        tickValues: timeTicks(times, unit, (size.width - left) / LABEL_PX),
        tickSize: 0,
        tickPadding: 12,
        format:
          unit === 'hour'
            ? (time: Date) => formatHour(time, timeZone)
            : times.length > 400
              ? formatMonth
              : formatDayShort,
      }}
      gridYValues={yTicks}
      enableGridX={false}
      layers={['grid', 'axes', 'areas', layer, 'crosshair', 'points', 'slices']}
      enableArea
      areaOpacity={1}
      defs={GRADIENTS}
      fill={[
        { match: { id: names[0] ?? '' }, id: 'water' },
        { match: '*', id: 'none' },
      ]}
      enablePoints={points.length === 1}
      pointSize={8}
      enableSlices="x"
      enableCrosshair
      crosshairType="x"
      enableTouchCrosshair
      sliceTooltip={(props) => <Tooltip {...props} series={series} />}
      // The figures move several times a second while traffic is live; lines that bend all the time are not calmer.
      animate={false}
      theme={THEME}
    />
  );
}
