/** What the answer to an event needs of a reply: Fastify's has it, and so has `PlainReply`. */
export interface EventReply {
  code(status: number): EventReply;
  header(name: string, value: string): EventReply;
  send(body: object): unknown;
}

const HEADERS = 'content-type: application/json; charset=utf-8\r\nx-content-type-options: nosniff\r\n';

/** A reply without the framework: a status, lines of headers, one JSON body. */
export class PlainReply implements EventReply {
  private status = 200;
  private headers = HEADERS;

  constructor(private readonly answer: (status: number, headers: string, body: string) => void) {}

  code(status: number): this {
    this.status = status;
    return this;
  }

  /** Both are words of ours, or were read from a header: no line can begin in them. */
  header(name: string, value: string): this {
    this.headers += `${name}: ${value}\r\n`;
    return this;
  }

  send(body: object): void {
    this.answer(this.status, this.headers, JSON.stringify(body));
  }
}
