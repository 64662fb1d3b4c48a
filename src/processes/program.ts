// The program of one of several processes that answer.

// Ctrl-C in a terminal reaches them all; who started them says when to stop. So before anything that takes time.
process.on('SIGINT', () => undefined);
await import('./answering.js');
export {};
