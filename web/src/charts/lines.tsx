import type { LineCustomSvgLayerProps, LineSeries } from '@nivo/line';

/** Points of all lines from which on thinner lines are easier to tell apart. */
const DENSE = 400;

interface Options {
  readonly running: boolean;
  readonly over: boolean;
  /** Points of the last series that get a dot. */
  readonly marked: readonly number[];
}

/** The lines; the last stretch is dashed where it leads to a day or an hour that is still running. */
export function linesLayer({ running, over, marked }: Options) {
  return function Lines({ series, points, lineGenerator }: LineCustomSvgLayerProps<LineSeries>) {
    return (
      <g
        fill="none"
        strokeWidth={points.length > DENSE ? 1.25 : 2}
        strokeLinejoin="round"
        strokeLinecap="round"
      >
        {(over ? series : [...series].reverse()).map(({ id, data, color }) => {
          const top = id === series.at(-1)?.id;
          const positions = data.filter((datum) => datum.data.y !== null).map(({ position }) => position);
          const cut = running ? positions.length - 1 : positions.length;
          return (
            <g key={id} stroke={color}>
              <path
                d={lineGenerator(positions.slice(0, cut)) ?? ''}
                strokeDasharray={over && top ? '5 6' : undefined}
              />
              {running && (
                <path
                  d={lineGenerator(positions.slice(-2)) ?? ''}
                  strokeDasharray="1 6"
                  className="running"
                />
              )}
              {top &&
                marked.map((index) => {
                  const at = positions[index];
                  return (
                    at && (
                      <circle key={index} cx={at.x} cy={at.y} r={4} fill={color} stroke="var(--surface)" />
                    )
                  );
                })}
            </g>
          );
        })}
      </g>
    );
  };
}
