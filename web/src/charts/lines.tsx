import type { LineCustomSvgLayerProps, LineSeries } from '@nivo/line';

/** Points of all lines from which on thinner lines are easier to tell apart. */
const DENSE = 400;

/** The lines; the last stretch is dashed where it leads to a day or an hour that is still running. */
export function linesLayer(running: boolean) {
  return function Lines({ series, points, lineGenerator }: LineCustomSvgLayerProps<LineSeries>) {
    return (
      <g
        fill="none"
        strokeWidth={points.length > DENSE ? 1.25 : 2}
        strokeLinejoin="round"
        strokeLinecap="round"
      >
        {[...series].reverse().map(({ id, data, color }) => {
          const positions = data.filter((datum) => datum.data.y !== null).map(({ position }) => position);
          const cut = running ? positions.length - 1 : positions.length;
          return (
            <g key={id} stroke={color}>
              <path d={lineGenerator(positions.slice(0, cut)) ?? ''} />
              {running && (
                <path
                  d={lineGenerator(positions.slice(-2)) ?? ''}
                  strokeDasharray="1 6"
                  className="running"
                />
              )}
            </g>
          );
        })}
      </g>
    );
  };
}
