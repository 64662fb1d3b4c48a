import { createTransport, type Transporter } from 'nodemailer';

import type { AccountsConfig } from '#config/config.js';
import type { Logger } from '#telemetry/logger.js';

/** A mail server that does not answer must not hold up whoever waits. */
const PATIENCE_MS = 10_000;

interface Letter {
  readonly to: string;
  readonly subject: string;
  /** Before and after the link, one line each. */
  readonly text: readonly [string, string];
  readonly link: string;
}

/** Mails with a link; without a mail server the link is a line of the log. */
export class Letters {
  private readonly transport: Transporter | undefined;

  constructor(
    private readonly config: Pick<AccountsConfig, 'publicUrl' | 'mail'>,
    private readonly logger: Logger,
  ) {
    const { mail } = config;
    if (mail)
      this.transport = createTransport(
        {
          url: mail.smtpUrl,
          connectionTimeout: PATIENCE_MS,
          greetingTimeout: PATIENCE_MS,
          socketTimeout: PATIENCE_MS,
        },
        { from: mail.from },
      );
  }

  /** Whether people get mail; else somebody has to hand them the link. */
  get sends(): boolean {
    return this.transport !== undefined;
  }

  resetPassword(to: string, token: string): void {
    this.send({
      to,
      subject: 'Choose a new password for Tidemark',
      text: [
        'Somebody, you we hope, wants to choose a new password for your account. The link works once, for an hour:',
        'If it was not you, nothing happens unless the link is opened.',
      ],
      link: this.link(`/reset?token=${encodeURIComponent(token)}`),
    });
  }

  verifyEmail(to: string, token: string): void {
    this.send({
      to,
      subject: 'Confirm your address for Tidemark',
      text: [
        'Open this link to confirm that this address is yours. It works for a day:',
        'If you did not register, ignore it.',
      ],
      link: this.link(`/verify?token=${encodeURIComponent(token)}`),
    });
  }

  /** To whoever has the address that somebody wanted to register with. */
  registeredAlready(to: string): void {
    this.send({
      to,
      subject: 'You have an account at Tidemark already',
      text: [
        'Somebody, you we hope, wanted to register with this address, which has an account already. Sign in with it, or choose a new password:',
        'If it was not you, nothing was changed.',
      ],
      link: this.link('/sign-in'),
    });
  }

  invite(to: string, organization: string, inviter: string, link: string): void {
    this.send({
      to,
      subject: `You are invited to ${oneLine(organization)} on Tidemark`,
      text: [
        `${oneLine(inviter)} invites you to ${oneLine(organization)}. The link works for seven days:`,
        '',
      ],
      link,
    });
  }

  /** The address of a page, wherever the request came from. */
  link(path: string): string {
    return `${this.config.publicUrl}${path}`;
  }

  close(): void {
    this.transport?.close();
  }

  /** Nobody waits for it: how long an answer takes must not say whether there is such an address. */
  private send({ to, subject, text, link }: Letter): void {
    if (!this.transport) {
      this.logger.info(
        { link },
        `${subject}: no mail server is set (TIDEMARK_SMTP_URL), so hand this link on`,
      );
      return;
    }
    this.transport
      .sendMail({ to, subject, text: `${text[0]}\n\n${link}\n\n${text[1]}\n` })
      .catch((error: unknown) =>
        this.logger.error({ detail: (error as Error).message, subject }, 'a mail could not be sent'),
      );
  }
}

/** What people chose as a name must not become a line of its own. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
