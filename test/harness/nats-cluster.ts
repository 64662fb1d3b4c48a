import { startNats, type TestNats } from './nats.js';
import { testPort } from './ports.js';
import { startProxy, type TcpProxy } from './tcp-proxy.js';
import { waitFor } from './wait-for.js';

export interface NatsCluster {
  readonly servers: readonly TestNats[];
  /** All of them, with commas. */
  readonly url: string;
  readonly monitorUrl: string;
  /** The one that decides about a stream now. */
  leaderOf(stream: string): Promise<TestNats>;
  /** Cuts that server off from the others; its clients still reach it. Only where it was started to be cut. */
  cutOff(server: TestNats): void;
  /** All reach one another again. */
  heal(): void;
  stop(): Promise<void>;
}

interface Node {
  readonly name: string;
  readonly routePort: number;
}

/** To whom nobody comes: a server then has the routes that its own file names, and no other. */
const NOWHERE = '127.0.0.1:9';

/**
 * Three real nats-servers on loopback.
 * @param divisible routes go by way of proxies, so that one can be cut off
 */
export async function startNatsCluster(
  o: { divisible?: boolean; syncAlways?: boolean } = {},
): Promise<NatsCluster> {
  const nodes = await Promise.all(
    ['n1', 'n2', 'n3'].map(async (name): Promise<Node> => ({ name, routePort: await testPort() })),
  );
  const proxies = new Map<string, TcpProxy>();
  const routesOf = (from: Node) =>
    Promise.all(
      nodes
        .filter((to) => to !== from)
        .map(async (to) => {
          if (o.divisible !== true) return to.routePort;
          const proxy = await startProxy(to.routePort);
          proxies.set(`${from.name} ${to.name}`, proxy);
          return proxy.port;
        }),
    );
  // Together: none is ready before most of them are.
  const servers = await Promise.all(
    nodes.map(async (node) => {
      const routes = (await routesOf(node)).map((port) => `nats://127.0.0.1:${port}`);
      return startNats({
        name: node.name,
        syncAlways: o.syncAlways ?? true,
        extra:
          `cluster { name: tidemark, listen: "127.0.0.1:${node.routePort}", ` +
          `${o.divisible === true ? `advertise: "${NOWHERE}", ` : ''}routes: ${JSON.stringify(routes)} }`,
      });
    }),
  );
  const at = (name: string) => servers[nodes.findIndex((node) => node.name === name)];

  return {
    servers,
    url: servers.map(({ url }) => url).join(','),
    monitorUrl: servers.map(({ monitorUrl }) => monitorUrl).join(','),
    leaderOf: (stream) =>
      waitFor(
        async () => {
          const names = await Promise.all(servers.map((server) => leaderSeenBy(server, stream)));
          // Whoever was cut off or frozen may still take an old one for it.
          const leader = names.find(
            (name) => name !== undefined && names.filter((each) => each === name).length > 1,
          );
          return leader === undefined ? undefined : at(leader);
        },
        { timeout: 60_000, message: `a leader of ${stream}` },
      ),
    cutOff(server) {
      const name = nodes[servers.indexOf(server)]?.name ?? '';
      for (const [way, proxy] of proxies) if (way.split(' ').includes(name)) proxy.mode = 'reset';
    },
    heal() {
      for (const proxy of proxies.values()) proxy.mode = 'pass';
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
      await Promise.all([...proxies.values()].map((proxy) => proxy.close()));
    },
  };
}

interface StreamDetails {
  readonly account_details?: readonly {
    readonly stream_detail?: readonly {
      readonly name: string;
      readonly cluster?: { readonly leader?: string };
    }[];
  }[];
}

async function leaderSeenBy(server: TestNats, stream: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${server.monitorUrl}/jsz?accounts=true&streams=true`, {
      signal: AbortSignal.timeout(2_000),
    });
    const { account_details = [] } = (await answer.json()) as StreamDetails;
    const streams = account_details.flatMap(({ stream_detail = [] }) => stream_detail);
    return streams.find(({ name }) => name === stream)?.cluster?.leader;
  } catch {
    return undefined;
  }
}
