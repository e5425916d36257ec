/** DNS queries over TCP, because a port that kubectl forwards carries only TCP. */
import { once } from "node:events";
import { connect } from "node:net";

import { type DecodedPacket, RECURSION_DESIRED, decode, streamEncode } from "dns-packet";

const timeoutMs = 5000;

/** IPv4 addresses of a name, from the server behind a local port; none for NXDOMAIN. @throws Error for other failures. */
export async function resolveName(port: number, name: string): Promise<readonly string[]> {
  const id = Math.floor(Math.random() * 0x10000);
  const signal = AbortSignal.timeout(timeoutMs);
  const socket = connect({ port, host: "127.0.0.1", signal });
  try {
    await once(socket, "connect");
    socket.write(streamEncode({ type: "query", id, flags: RECURSION_DESIRED, questions: [{ type: "A", name }] }));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0))
        return addressesOf(decode(received, 2), id);
    }
    throw new Error(`the DNS server closed the connection without an answer for ${name}`);
  } catch (error) {
    if (signal.aborted) throw new Error(`no answer for ${name} within ${timeoutMs / 1000} s`, { cause: error });
    throw error;
  } finally {
    socket.destroy();
  }
}

function addressesOf(answer: DecodedPacket & { rcode?: string }, id: number): readonly string[] {
  if (answer.id !== id) throw new Error("the answer belongs to another query");
  if (answer.rcode === "NXDOMAIN") return [];
  if (answer.rcode !== "NOERROR") throw new Error(`the DNS server answered ${answer.rcode ?? "without a code"}`);
  return (answer.answers ?? []).flatMap((record) => (record.type === "A" ? [record.data] : []));
}
