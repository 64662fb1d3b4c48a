import { jetstream, jetstreamManager, type JetStreamManager, type PubAck } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import type { TestNats } from './nats.js';

/** Beside the product: a message of any bytes into a partition's stream, with the message ID if one is given. */
export async function publishRaw(
  nats: TestNats,
  partition: number,
  payload: Uint8Array | string,
  msgID?: string,
): Promise<PubAck> {
  const nc = await connect({ servers: nats.url });
  try {
    return await jetstream(nc).publish(`events.${partition}`, payload, msgID === undefined ? {} : { msgID });
  } finally {
    await nc.close();
  }
}

export async function withManager<T>(
  nats: TestNats,
  work: (jsm: JetStreamManager) => Promise<T>,
): Promise<T> {
  const nc = await connect({ servers: nats.url });
  try {
    return await work(await jetstreamManager(nc));
  } finally {
    await nc.close();
  }
}
