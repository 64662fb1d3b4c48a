// The baseline: what Fastify alone does with a parsed JSON POST on this machine. Prints its port.
import { fastify } from 'fastify';

const app = fastify({ logger: false });
app.post('/api/event', (_request, reply) => reply.code(202).send({ success: true }));
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
console.log(JSON.stringify({ port: typeof address === 'object' && address !== null ? address.port : 0 }));
