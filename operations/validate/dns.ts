/** Questions to a DNS server over TCP (RFC 1035): what goes through a forwarded port. */

import { connect } from "node:net";

const typeA = 1;
const classInternet = 1;
const timeoutMs = 5000;

/** A question for a name's IPv4 addresses, with the length before it as over TCP. */
export function encodeQuestion(name: string, id: number): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  const question = Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "ascii")])),
    Buffer.from([0, 0, typeA, 0, classInternet]),
  ]);
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  // Recursion desired: the server asks others for what is not its own.
  header.writeUInt16BE(0x0100, 2);
  header.writeUInt16BE(1, 4);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(header.length + question.length);
  return Buffer.concat([length, header, question]);
}

/** IPv4 addresses of an answer; none where the name does not exist. @throws Error for another failure or another question's answer. */
export function decodeAnswer(message: Buffer, id: number): readonly string[] {
  if (message.length < 12 || message.readUInt16BE(0) !== id) throw new Error("an answer to another question");
  const code = message.readUInt16BE(2) & 0xf;
  if (code === 3) return [];
  if (code !== 0) throw new Error(`the DNS server answers with code ${code}`);
  let offset = 12;
  for (let left = message.readUInt16BE(4); left > 0; left--) offset = afterName(message, offset) + 4;
  const addresses: string[] = [];
  for (let left = message.readUInt16BE(6); left > 0; left--) {
    offset = afterName(message, offset);
    const type = message.readUInt16BE(offset);
    const length = message.readUInt16BE(offset + 8);
    const data = message.subarray(offset + 10, offset + 10 + length);
    if (type === typeA && length === 4) addresses.push([...data].join("."));
    offset += 10 + length;
  }
  return addresses;
}

/** Names end with a zero, or with a pointer of two bytes to an earlier one. */
function afterName(message: Buffer, start: number): number {
  let offset = start;
  for (;;) {
    const length = message.readUInt8(offset);
    if (length >= 0xc0) return offset + 2;
    offset += 1 + length;
    if (length === 0) return offset;
  }
}

/** Asks the server behind a local port. */
export function resolveName(port: number, name: string): Promise<readonly string[]> {
  const id = Math.floor(Math.random() * 0x10000);
  return new Promise((fulfil, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(encodeQuestion(name, id));
    });
    const end = (settle: () => void): void => {
      socket.destroy();
      settle();
    };
    socket.setTimeout(timeoutMs, () => {
      end(() => {
        reject(new Error(`no answer for ${name} within ${timeoutMs / 1000} s`));
      });
    });
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const message = received.subarray(2, 2 + received.readUInt16BE(0));
      end(() => {
        try {
          fulfil(decodeAnswer(message, id));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    socket.once("error", reject);
    socket.once("close", () => {
      reject(new Error(`the DNS server closed the connection when asked for ${name}`));
    });
  });
}
