import type { ServerResponse } from 'node:http';

/** What the answer to an event needs of a reply: Fastify's has it, and so has `PlainReply`. */
export interface EventReply {
  code(status: number): EventReply;
  header(name: string, value: string): EventReply;
  send(body: object): unknown;
}

/** A reply without the framework: one head, one JSON body, one write. */
export class PlainReply implements EventReply {
  private status = 200;
  private readonly headers = [
    'content-type',
    'application/json; charset=utf-8',
    'x-content-type-options',
    'nosniff',
  ];

  constructor(
    private readonly response: ServerResponse,
    private readonly listening: () => boolean,
    private readonly onSent: (status: number) => void,
  ) {}

  code(status: number): this {
    this.status = status;
    return this;
  }

  header(name: string, value: string): this {
    this.headers.push(name, value);
    return this;
  }

  send(body: object): void {
    const text = JSON.stringify(body);
    if (!this.listening()) this.header('connection', 'close');
    this.headers.push('content-length', String(Buffer.byteLength(text)));
    // Nobody may be there any more; Node then drops what is written.
    this.response.writeHead(this.status, this.headers).end(text);
    this.onSent(this.status);
  }
}
