import { Agent, request } from 'node:http';

/** Posts JSON over kept connections. `fetch` takes so much of the machine at some thousand a second that it measures itself. */
export class PacedSender {
  private readonly agent: Agent;

  constructor(
    private readonly url: string,
    connections: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Resolves at the 202. @throws for any other answer */
  send(body: object): Promise<void> {
    const text = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const posted = request(this.url, { method: 'POST', agent: this.agent, headers }, (answer) => {
        answer.resume();
        if (answer.statusCode === 202) resolve();
        else reject(new Error(`answered ${answer.statusCode}`));
      });
      posted.on('error', reject);
      posted.end(text);
    });
  }

  stop(): void {
    this.agent.destroy();
  }
}
