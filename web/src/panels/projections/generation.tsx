import type { ReactNode } from 'react';
import { formatMoment, formatNumber, formatShare } from '../../format.js';
import type { ProjectionPanelFragment } from '../../gql/graphql.js';
import { formatDuration, formatPerSecond } from './format.js';
import { RetireButton, SwitchButton } from './generation-orders.js';
import { deadLettersOf, lagOf, rateOf, wayOf } from './model.js';
import { TELLING } from './jobs.js';
import { ProgressBar } from './progress-bar.js';

export type Generation = ProjectionPanelFragment;

interface Props {
  readonly generation: Generation;
  readonly served: Generation | undefined;
  /** Of the build, where it is known. */
  readonly secondsLeft: number | null;
  /** Shown now. */
  readonly compared: boolean;
  readonly onCompare: () => void;
}

/** A generation: its state, how far it is, and what can be done with it. */
export function GenerationRow({ generation, served, secondsLeft, compared, onCompare }: Props) {
  const { generation: number, status, version, name, keptUntil } = generation;
  const deadLetters = deadLettersOf(generation);
  const way = wayOf(generation, served);
  const complete = way.done >= way.total;
  const beside = served !== undefined && served !== generation;
  return (
    <li className="generation" data-generation={number} data-status={status}>
      <p className="generation-name">
        <span>Generation {number}</span>{' '}
        <span className="badge">{status === 'building' && complete ? 'built' : status}</span>
        {keptUntil !== null && <span className="note">until {formatMoment(keptUntil)}</span>}
      </p>
      <dl className="facts">
        <Fact name="Version">{version}</Fact>
        <Fact name="Lag">{formatNumber(lagOf(generation))}</Fact>
        <Fact name="Events/s">{formatPerSecond(rateOf(generation))}</Fact>
        <Fact name="Dead letters">
          {deadLetters === 0 ? 0 : <strong className="stopped">{formatNumber(deadLetters)}</strong>}
        </Fact>
      </dl>
      {beside && (
        <div className="generation-orders">
          {complete && (
            <>
              <button
                type="button"
                className="button quiet"
                aria-label={`Compare generation ${number} of ${name} with the served one`}
                aria-expanded={compared}
                onClick={onCompare}
              >
                Compare
              </button>
              <SwitchButton name={name} served={served.generation} to={number} back={status === 'kept'} />
            </>
          )}
          <RetireButton
            name={name}
            generation={number}
            state={status === 'kept' ? 'kept' : complete ? 'built' : 'building'}
          />
        </div>
      )}
      {!complete && <Way label={`Generation ${number} of ${name}`} {...way} secondsLeft={secondsLeft} />}
    </li>
  );
}

interface WayProps {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
}

function Way({ label, done, total, secondsLeft }: WayProps) {
  const share = total === 0 ? 0 : done / total;
  const told = secondsLeft !== null && share >= TELLING;
  return (
    <div className="way">
      <ProgressBar label={label} share={share} />
      <p className="note">
        {formatShare(share)} of the log: {formatNumber(done)} of {formatNumber(total)} record batches
        {told && `, ${formatDuration(secondsLeft)} left`}
      </p>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
