import {
  STATUS_CODES,
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import type { Socket } from 'node:net';

import { HEADERS_TIMEOUT_MS, KEEP_ALIVE_MS, MOST_CONNECTIONS } from './limits.js';
import { readPlainRequest, type PlainHead } from './plain-request.js';

/** The rest of a body is waited for here for so long; then Node's own limits go on counting. */
const REST_WITHIN_MS = 500;
/** A server that closes waits so long for its connections: Node looks for late requests no more, and an answer takes less. */
const CLOSE_WITHIN_MS = 5_000;
/** Characters of the longest head that a connection remembers: ten thousand of them are to be a few megabytes. */
const LONGEST_REMEMBERED = 1_024;

/** Whoever takes it calls one of the two, once. */
export interface PlainExchange {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly socket: Socket;
  /** @param headers whole lines, but for those that frame the answer */
  answer(status: number, headers: string, body: string): void;
  /** Leaves the request, and the connection from here on, to the general way. */
  decline(): void;
}

type GeneralListener = (this: Server, socket: Socket) => void;

/**
 * A server of Node whose connections are read here as long as nothing but plain requests comes on them. From the first other
 * request on a connection is Node's, with every byte of that request.
 *
 * @param plain asked for each connection; undefined: all are Node's from the start
 */
export function createDoorServer(
  bounds: ServerOptions,
  handler: RequestListener,
  plain: () => ((exchange: PlainExchange) => void) | undefined,
): Server {
  const server = createServer(bounds, handler);
  server.maxConnections = MOST_CONNECTIONS;
  const open = new Set<PlainConnection>();
  // Node documents that a connection may be given to its server by this event; its own listener is the one that takes it.
  const [general] = server.listeners('connection') as [GeneralListener];
  server.removeListener('connection', general);
  server.on('connection', (socket: Socket) => {
    // Reset already: what it sent could still be read, and nobody would know from where.
    if (socket.remoteAddress === undefined) return void socket.destroy();
    const listener = plain();
    if (listener === undefined) return general.call(server, socket);
    const left = (connection: PlainConnection): void => void open.delete(connection);
    open.add(new PlainConnection({ server, socket, listener, general, left }));
  });
  // A server that closes calls it.
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    closeIdle();
    for (const connection of open) connection.closeIdle();
    setTimeout(() => {
      server.closeAllConnections();
      for (const connection of open) connection.close();
    }, CLOSE_WITHIN_MS).unref();
  };
  return server;
}

interface ConnectionParts {
  readonly server: Server;
  readonly socket: Socket;
  readonly listener: (exchange: PlainExchange) => void;
  readonly general: GeneralListener;
  /** It is closed, or Node's. */
  readonly left: (connection: PlainConnection) => void;
}

/** Whose answers are worded and not yet sent. */
let outbox: PlainConnection[] = [];

/**
 * Once all answers of a record batch are worded. Sent one by one as they were, each found its reader asleep again and had to wake
 * it: 13 us a call instead of 3, where clients share the machine.
 */
function sendAll(): void {
  const all = outbox;
  outbox = [];
  for (const each of all) each.send();
}

class PlainConnection {
  /** A request is being answered. */
  private busy = false;
  /** The beginning of a request. */
  private held: Buffer | undefined;
  /** Of the last request. */
  private head: PlainHead | undefined;
  /** More came while a request was being answered; it waits in the socket, so that an end behind it waits too. */
  private more = false;
  private halfClosed = false;
  /** In the outbox. */
  private worded: { text: string; encoding: 'latin1' | 'utf8'; last: boolean } | undefined;
  private readonly listeners = {
    data: (chunk: Buffer): void => this.read(chunk),
    end: (): void => this.ended(),
    timeout: (): void => this.late(),
    // `close` follows; nobody is there any more to be told anything.
    error: (): void => undefined,
    close: (): void => this.parts.left(this),
  };

  constructor(private readonly parts: ConnectionParts) {
    const { socket } = parts;
    for (const [name, listener] of Object.entries(this.listeners)) socket.on(name, listener);
    socket.setTimeout(HEADERS_TIMEOUT_MS);
  }

  closeIdle(): void {
    if (!this.busy && this.held === undefined) this.close();
  }

  close(): void {
    this.parts.socket.destroy();
  }

  private read(chunk: Buffer): void {
    const { socket, listener } = this.parts;
    if (this.busy) {
      // Who does not wait for an answer is Node's as soon as this one is given.
      this.more = true;
      socket.pause();
      socket.unshift(chunk);
      return;
    }
    const { held } = this;
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    const request = readPlainRequest(bytes, this.head);
    if (request === 'incomplete' && held === undefined) {
      this.held = bytes;
      socket.setTimeout(REST_WITHIN_MS);
      return;
    }
    this.held = undefined;
    // A head and its body may be two packets; what comes in more pieces is left to who reads streams.
    if (request === undefined || request === 'incomplete') return this.handOver(bytes);
    this.busy = true;
    const { head, body } = request;
    if (head !== this.head) this.head = head.lines.length > LONGEST_REMEMBERED ? undefined : head;
    listener({
      headers: head.headers,
      body,
      socket,
      answer: (status, lines, text) => this.answer(status, lines, text),
      decline: () => {
        if (this.busy && !this.worded) this.handOver(bytes);
      },
    });
  }

  private answer(status: number, headers: string, body: string): void {
    if (!this.busy || this.worded) return;
    const { server } = this.parts;
    const bytes = Buffer.byteLength(body);
    const last = this.halfClosed || !server.listening;
    const head =
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${headers}content-length: ${bytes}\r\n` +
      `date: ${httpDate()}\r\n${last ? CLOSED : KEPT}\r\n`;
    // As many bytes as characters is ASCII, which goes out as it is; so is every head.
    this.worded = { text: head + body, encoding: bytes === body.length ? 'latin1' : 'utf8', last };
    if (outbox.push(this) === 1) process.nextTick(sendAll);
  }

  send(): void {
    const { socket } = this.parts;
    const { worded } = this;
    if (!worded) return;
    this.worded = undefined;
    socket.write(worded.text, worded.encoding);
    this.busy = false;
    if (worded.last) return socket.destroySoon();
    if (this.more) return this.handOver();
    if (socket.timeout !== KEEP_ALIVE_MS) socket.setTimeout(KEEP_ALIVE_MS);
    if (!socket.writableNeedDrain) return;
    // Who does not read its answers is not read from.
    socket.pause();
    socket.once('drain', () => socket.resume());
  }

  /** @param read goes back in front of what waits in the socket */
  private handOver(read?: Buffer): void {
    const { server, socket, general, left } = this.parts;
    this.busy = false;
    if (socket.destroyed) return;
    // What Node does with somebody who ends before the answer.
    if (this.halfClosed) return socket.destroySoon();
    for (const [name, listener] of Object.entries(this.listeners)) socket.off(name, listener);
    left(this);
    socket.setTimeout(0);
    general.call(server, socket);
    if (read) socket.unshift(read);
    socket.resume();
  }

  private ended(): void {
    this.halfClosed = true;
    if (!this.busy) this.parts.socket.destroySoon();
  }

  private late(): void {
    if (this.busy) return;
    if (this.held && this.parts.server.listening) this.handOver(this.held);
    else this.close();
  }
}

const CLOSED = 'connection: close\r\n';
const KEPT = `connection: keep-alive\r\nkeep-alive: timeout=${KEEP_ALIVE_MS / 1000}\r\n`;

let second = 0;
let formatted = '';

/** Formatted once a second. */
function httpDate(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) {
    second = now;
    formatted = new Date(now * 1000).toUTCString();
  }
  return formatted;
}
