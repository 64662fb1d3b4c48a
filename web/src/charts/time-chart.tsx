import { Line, type LineSeries, type SliceTooltipProps } from '@nivo/line';
import {
  formatCompact,
  formatDay,
  formatDayShort,
  formatHour,
  formatHourLong,
  formatMonth,
  formatNumber,
} from '../format.js';
import { countTicks, timeTicks } from './ticks.js';
import { CHART_HEIGHT, type TimeSeries } from './time-series.js';
import { useWidth } from './use-width.js';

const COLORS = ['var(--series-1)', 'var(--series-2)'];
const LABEL_PX = 64;

interface Props {
  readonly series: TimeSeries;
  /** What the chart shows, in a sentence, for those who cannot see it. */
  readonly label: string;
}

/** Lines over time. Draws with CSS variables, so a change of theme needs no new render. */
export default function TimeChart({ series, label }: Props) {
  const [element, width] = useWidth();
  return (
    <div ref={element} className="time-chart" style={{ height: CHART_HEIGHT }}>
      {width > 0 && <Drawing series={series} label={label} width={width} />}
    </div>
  );
}

function Drawing({ series, label, width }: Props & { width: number }) {
  const { points, names, unit } = series;
  const values = points.flatMap((point) => point.values.map((value) => value ?? 0));
  const yTicks = countTicks(Math.max(0, ...values));
  const top = yTicks.at(-1) ?? 1;
  const left = 12 + 7.2 * Math.max(...yTicks.map((tick) => formatCompact(tick).length));
  const times = points.map(({ time }) => time);
  const xTicks = timeTicks(times, unit, (width - left) / LABEL_PX);
  const formatX = xFormat(unit, points.length);

  return (
    <Line<LineSeries>
      role="img"
      ariaLabel={label}
      width={width}
      height={CHART_HEIGHT}
      margin={{ top: 12, right: 14, bottom: 28, left }}
      data={names.map((id, index) => ({
        id,
        data: points.map(({ time, values: at }) => ({ x: time, y: at[index] ?? null })),
      }))}
      colors={COLORS}
      xScale={{ type: 'time', format: 'native', useUTC: true, precision: unit }}
      yScale={{ type: 'linear', min: 0, max: top }}
      axisLeft={{
        tickValues: yTicks,
        tickSize: 0,
        tickPadding: 10,
        format: (value: number) => formatCompact(value),
      }}
      axisBottom={{ tickValues: xTicks, tickSize: 0, tickPadding: 12, format: formatX }}
      gridYValues={yTicks}
      enableGridX={false}
      curve="monotoneX"
      lineWidth={2}
      enableArea
      areaOpacity={1}
      defs={[
        {
          id: 'water',
          type: 'linearGradient',
          colors: [
            { offset: 0, color: 'var(--series-1)', opacity: 0.22 },
            { offset: 100, color: 'var(--series-1)', opacity: 0.02 },
          ],
        },
        { id: 'none', type: 'linearGradient', colors: [{ offset: 0, color: 'transparent', opacity: 0 }] },
      ]}
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
      sliceTooltip={(props) => <Tooltip {...props} unit={unit} names={names} />}
      animate={!window.matchMedia('(prefers-reduced-motion: reduce)').matches}
      motionConfig={{ tension: 210, friction: 30 }}
      theme={{
        text: { fontFamily: 'inherit', fontSize: 12, fill: 'var(--muted)' },
        grid: { line: { stroke: 'var(--grid)', strokeWidth: 1 } },
        crosshair: {
          line: { stroke: 'var(--muted)', strokeWidth: 1, strokeDasharray: '3 3', strokeOpacity: 0.8 },
        },
      }}
    />
  );
}

function xFormat(unit: TimeSeries['unit'], points: number): (time: Date) => string {
  if (unit === 'hour') return formatHour;
  return points > 400 ? formatMonth : formatDayShort;
}

function Tooltip(
  props: SliceTooltipProps<LineSeries> & { unit: TimeSeries['unit']; names: readonly string[] },
) {
  const { slice, unit, names } = props;
  const x = slice.points[0]?.data.x;
  const time = x instanceof Date ? x : new Date(0);
  return (
    <div className="tooltip">
      <p>{unit === 'day' ? formatDay(time) : formatHourLong(time)}</p>
      <dl>
        {names.map((name, index) => {
          const point = slice.points.find(({ seriesId }) => seriesId === name);
          return (
            <div key={name}>
              <dt data-series={index + 1}>{name}</dt>
              <dd>{formatNumber(Number(point?.data.y ?? 0))}</dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}
