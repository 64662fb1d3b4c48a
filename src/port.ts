import { createServer } from 'node:net';
import { StartupError } from '#config/startup-error.js';

/** Looks before anything is started, so that a taken port costs no servers. */
export async function assertPortFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(listenFault(error, host, port)));
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

/** What cannot be listened on, and what to do; another error as it is. */
export function listenFault(error: Error, host: string, port: number): Error {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartupError(
        `port ${port} on ${host} is taken by another program. Stop that program, or choose another port: PORT=3001 npm start`,
      );
    case 'EACCES':
      return new StartupError(`port ${port} needs more rights. Choose one above 1023: PORT=3000 npm start`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartupError(`HOST=${host} is not an address of this machine. Example: HOST=127.0.0.1`);
    default:
      return error;
  }
}
