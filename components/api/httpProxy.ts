/** Connections through an HTTP proxy. */
import { once } from "node:events";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";

/**
 * Opens a connection with the method CONNECT.
 * @param proxy URL with the scheme `http` or `https`, with credentials if the proxy needs them.
 * @param timeoutMs limit for the answer of the proxy.
 * @throws Error with the proxy's reason if it refuses, or after the limit.
 */
export async function connectThrough(proxy: string, host: string, port: number, timeoutMs: number): Promise<Socket> {
  const { protocol, hostname, port: proxyPort, username, password } = new URL(proxy);
  const isTls = protocol === "https:";
  const authority = `${host}:${port}`;
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString("base64");
  const connecting = (isTls ? requestHttps : requestHttp)({
    // Brackets of an IPv6 address belong to the URL only.
    host: hostname.replace(/^\[|\]$/g, ""),
    port: proxyPort === "" ? (isTls ? 443 : 80) : Number(proxyPort),
    method: "CONNECT",
    path: authority,
    headers: { host: authority, ...(username !== "" && { "proxy-authorization": `Basic ${credentials}` }) },
    agent: false,
  });
  connecting.end();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const [response, socket, head] = (await once(connecting, "connect", { signal })) as [
      IncomingMessage,
      Socket,
      Buffer,
    ];
    if (response.statusCode !== 200) {
      socket.destroy();
      throw new Error(response.statusMessage || `the proxy answers with status ${response.statusCode ?? "?"}`);
    }
    if (head.length > 0) socket.unshift(head);
    return socket;
  } catch (error) {
    connecting.on("error", () => undefined).destroy();
    if (!signal.aborted) throw error;
    throw new Error(`the proxy opened no connection to ${authority} within ${timeoutMs / 1000} s`, { cause: error });
  }
}
