import { Message } from '../ui/message.js';

/** Stands where a page would be that the reader's role does not show. */
export function NotForYou({ what }: { what: string }) {
  return (
    <>
      <h1 className="visually-hidden">{what}</h1>
      <Message kind="empty" title={`${what} are not shown to your role`}>
        <p>Ask an owner or an admin of the organization.</p>
      </Message>
    </>
  );
}
