import { Message } from '../ui/message.js';

/** Of a site that is not there, or is somebody else's: which of the two is nobody's business. */
export function UnknownSite({ site }: { site: string }) {
  return (
    <>
      <h1 className="visually-hidden">{site}</h1>
      <Message kind="empty" title={`There is no project ${site}`}>
        <p>
          It may belong to another of your organizations, or be gone. <a href="/projects">All projects</a>
        </p>
      </Message>
    </>
  );
}
