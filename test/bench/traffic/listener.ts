/** One AMI connection that only counts what it is sent, and asks what it is told to ask. */
import { once } from "node:events";
import { connect } from "node:net";

export type Counted = Readonly<{ bytes: number; packets: number }>;

export type Listener = Readonly<{
  name: string;
  counted: () => Counted;
  /** Sends an action; resolves with what came until nothing more came for a while. */
  ask: (fields: Readonly<Record<string, string>>) => Promise<Counted>;
  close: () => void;
}>;

const quietMs = 400;

/** `events`: what the account asks to be sent, as AMI's `Login` has it. */
export async function listen(
  name: string,
  host: string,
  account: Readonly<{ username: string; secret: string }>,
  events: string,
): Promise<Listener> {
  const socket = connect({ host, port: 5038, noDelay: true });
  let bytes = 0;
  let packets = 0;
  let heardAt = 0;
  let last = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    bytes += chunk.length;
    // An end of a packet may be cut in two.
    packets += (last + chunk).split("\r\n\r\n").length - 1;
    last = chunk.endsWith("\r\n\r\n") ? "" : chunk.slice(-3);
    heardAt = performance.now();
  });
  await once(socket, "connect");
  const quiet = async () => {
    heardAt = performance.now();
    while (performance.now() - heardAt < quietMs) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const say = (fields: Readonly<Record<string, string>>) =>
    socket.write(
      `${Object.entries(fields)
        .map(([key, value]) => `${key}: ${value}`)
        .join("\r\n")}\r\n\r\n`,
    );
  say({ Action: "Login", Username: account.username, Secret: account.secret, Events: events });
  await quiet();
  return {
    name,
    counted: () => ({ bytes, packets }),
    ask: async (fields) => {
      const before = { bytes, packets };
      say(fields);
      await quiet();
      return { bytes: bytes - before.bytes, packets: packets - before.packets };
    },
    close: () => socket.destroy(),
  };
}
