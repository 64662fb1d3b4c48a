import type { AddressInfo } from 'node:net';

import { SMTPServer } from 'smtp-server';

import { waitFor } from '../../harness/wait-for.js';

export interface Mailbox {
  readonly smtpUrl: string;
  /** What arrived, as text, oldest first. */
  readonly arrived: readonly { readonly to: string; readonly text: string }[];
  /** The link of the next mail to this address that came after so many others. */
  readonly link: (to: string, from?: number) => Promise<URL>;
  readonly close: () => Promise<void>;
}

/** A mail server that keeps what it gets. */
export async function openMailbox(): Promise<Mailbox> {
  const arrived: { readonly to: string; readonly text: string }[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      let raw = '';
      stream.setEncoding('utf8').on('data', (chunk: string) => (raw += chunk));
      stream.on('end', () => {
        const text = raw.replace(/=\r\n/g, '').replace(/=3D/g, '=');
        arrived.push({ to: session.envelope.rcptTo.map(({ address }) => address).join(), text });
        done();
      });
    },
  });
  await new Promise<void>((listening) => smtp.listen(0, '127.0.0.1', listening));
  return {
    smtpUrl: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
    arrived,
    link: async (to, from = 0) => {
      const found = () => arrived.slice(from).find((mail) => mail.to === to);
      await waitFor(() => found() !== undefined, { message: `a mail to ${to}` });
      return new URL(/https?:\/\/\S+/.exec(found()?.text ?? '')?.[0] ?? '');
    },
    close: () => new Promise((closed) => smtp.close(closed)),
  };
}
