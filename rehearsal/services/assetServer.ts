/** Asset mirror: serves the files of one folder over HTTP, with range requests. */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";

export interface AssetServerOptions {
  readonly host: string;
  readonly port: number;
  readonly directory: string;
}

/** Starts the server; resolves when it listens. */
export async function startAssetServer({ host, port, directory }: AssetServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    send(request, response, directory).catch(() => {
      response.destroy();
    });
  });
  await once(server.listen(port, host), "listening");
  return server;
}

async function send(request: IncomingMessage, response: ServerResponse, directory: string): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405).end();
    return;
  }
  const path = filePath(directory, request.url ?? "/");
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !found?.isFile()) {
    response.writeHead(404).end();
    return;
  }
  const range = byteRange(request.headers.range, found.size);
  if (range === "unsatisfiable") {
    response.writeHead(416, { "content-range": `bytes */${found.size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: found.size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    "accept-ranges": "bytes",
    "content-length": end - start + 1,
    "content-type": "application/octet-stream",
    ...(range !== undefined && { "content-range": `bytes ${start}-${end}/${found.size}` }),
  });
  if (request.method === "HEAD" || end < start) response.end();
  else await pipeline(createReadStream(path, { start, end, highWaterMark: 1 << 20 }), response);
}

/** Path of the requested file; undefined outside the folder. */
function filePath(directory: string, url: string): string | undefined {
  try {
    const path = normalize(decodeURIComponent(new URL(url, "http://mirror").pathname));
    return path.includes("\0") || path.split("/").includes("..") ? undefined : join(directory, path);
  } catch {
    return undefined;
  }
}

/** Single byte range, inclusive. Undefined: send everything, which is valid for any other header (RFC 9110, 14.2). */
export function byteRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || (first === "" && Number(last) === 0)) return "unsatisfiable";
  return end < start ? undefined : { start, end };
}
