import { DeadLettersPanel } from '../panels/projections/dead-letters.js';
import { rebuildOf } from '../panels/projections/jobs.js';
import { LogPanel } from '../panels/projections/log.js';
import { byProjection } from '../panels/projections/model.js';
import { OrdersPanel } from '../panels/projections/orders-panel.js';
import { ProjectionPanel, ProjectionSkeleton } from '../panels/projections/projection.js';
import { VerificationPanel } from '../panels/projections/verification.js';
import { Message } from '../ui/message.js';
import { OperatorFrame } from './operator-frame.js';
import { useDeadLetters, useJobs, useLastVerification, useProjections } from './use-projections.js';
import '../styles/projections.css';
import '../styles/generations.css';
import '../styles/comparison.css';
import '../styles/dead-letters.css';
import '../styles/confirm.css';

/** How many to draw in grey before the list is there; another number of them moves nothing above. */
const AT_FIRST = 4;

/** For whoever runs Tidemark: how far every read model is, and what can be done about it. */
export default function Projections() {
  const { projections, retry, failure } = useProjections();
  const jobs = useJobs();
  const deadLetters = useDeadLetters(projections, jobs);
  const verification = useLastVerification(jobs);
  return (
    <OperatorFrame
      title="Projections"
      note="Every read model, how far it is in the log, and what can be done with it"
      what="The projections"
      loaded={projections !== undefined}
      failure={failure}
      onRetry={retry}
    >
      {projections?.length === 0 ? (
        <Message kind="empty" title="No projections yet">
          <p>A projector makes them when it starts for the first time. They appear here by themselves.</p>
        </Message>
      ) : (
        <div className="operator" aria-busy={!projections}>
          <div className="operator-side">
            <LogPanel projections={projections} />
            <OrdersPanel jobs={jobs} />
            <VerificationPanel {...verification} />
          </div>
          <div className="operator-projections">
            {projections
              ? byProjection(projections).map((projection) => (
                  <ProjectionPanel
                    key={projection.name}
                    projection={projection}
                    build={rebuildOf(jobs, projection.name)}
                  />
                ))
              : Array.from({ length: AT_FIRST }, (_, index) => <ProjectionSkeleton key={index} />)}
          </div>
          <DeadLettersPanel {...deadLetters} />
        </div>
      )}
    </OperatorFrame>
  );
}
