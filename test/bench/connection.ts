import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** The status line and the headers, as they came. */
  readonly head: string;
}

export interface ConnectionEvents {
  open(): void;
  answered(answer: Answer): void;
  /** Closed, or never opened, by anybody but `close()`. */
  lost(): void;
}

/** Whatever is read is looked at before anything else is, so that all connections may share it. */
const BUFFER = Buffer.allocUnsafe(64 * 1024);

/**
 * One HTTP/1.1 connection that is asked one thing after another. Load generators on Node's own streams take half as much processor again,
 * which on a machine that the server shares would be measured with the server.
 */
export class Connection {
  private readonly socket: Socket;
  private unread: Buffer | undefined;
  private asked = false;
  private closed = false;

  constructor(
    url: URL,
    private readonly on: ConnectionEvents,
  ) {
    this.socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: { buffer: BUFFER, callback: (bytes) => this.read(BUFFER.subarray(0, bytes)) },
    });
    this.socket.on('connect', () => on.open());
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      if (!this.closed) on.lost();
    });
  }

  /** A whole request, while none is on its way. */
  send(request: Buffer): void {
    this.asked = true;
    this.socket.write(request);
  }

  close(): void {
    this.closed = true;
    this.socket.destroy();
  }

  private read(chunk: Buffer): boolean {
    const bytes = this.unread === undefined ? chunk : Buffer.concat([this.unread, chunk]);
    if (!this.asked) throw new Error(`an answer to nothing: ${bytes.toString()}`);
    const answer = answerIn(bytes);
    if (answer === undefined) {
      this.unread = Buffer.from(bytes);
      return true;
    }
    this.unread = undefined;
    this.asked = false;
    this.on.answered(answer);
    return !this.closed;
  }
}

/** `POST` of JSON as bytes, to be sent any number of times. */
export function postOf(url: URL, body: string, headers: Readonly<Record<string, string>> = {}): Buffer {
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `POST ${url.pathname} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: keep-alive\r\n` +
      `${more.join('')}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Undefined while it is not whole. @throws where its length is not named (chunks): servers of ours name it */
function answerIn(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer that does not name its length: ${head}`);
  const end = headEnd + 4 + Number(length);
  if (bytes.length > end) throw new Error(`more than one answer: ${bytes.toString()}`);
  return bytes.length < end ? undefined : { status: Number(head.slice(9, 12)), head };
}
