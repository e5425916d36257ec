/** Downloads that are written only if their checksum is right. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { messageOf } from "../../cli/program";

/** Expected checksum, in hex. */
export interface Checksum {
  readonly algorithm: "sha256" | "sha512";
  readonly hex: string;
}

/** Content that differs from its checksum. Another attempt would fetch the same. */
export class ChecksumError extends Error {}

/** A connection without data for this long is given up, in ms. */
const idleMs = 30_000;
const attempts = 3;

/** Sends a request; `signal` ends it. */
export type Open = (signal: AbortSignal) => Promise<Response>;

/** GET of a URL. @throws with the status, unless it is 200 */
export const openUrl =
  (url: string): Open =>
  async (signal) => {
    const response = await fetch(url, { signal });
    if (response.status === 200) return response;
    await response.body?.cancel();
    throw new HttpError(url, response.status);
  };

export class HttpError extends Error {
  constructor(
    url: string,
    readonly status: number,
  ) {
    super(`${url}: HTTP status ${status}`);
  }
}

/**
 * Downloads to `file`, in folders that it creates; repeats after network errors and server errors.
 * @returns SHA-256 in hex and size in bytes
 * @throws ChecksumError without leaving a file, or the last attempt's error
 */
export async function download(
  name: string,
  open: Open,
  checksum: Checksum,
  file: string,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  await mkdir(dirname(file), { recursive: true });
  const partial = `${file}.partial`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const received = await receive(open, checksum.algorithm, partial);
      if (received.hex !== checksum.hex) {
        const label = checksum.algorithm === "sha256" ? "SHA-256" : "SHA-512";
        throw new ChecksumError(
          `${name} has the ${label} ${received.hex} (${received.bytes} bytes), expected ${checksum.hex}; the file is damaged or was replaced, and is not used`,
        );
      }
      await rename(partial, file);
      return received;
    } catch (error) {
      await rm(partial, { force: true });
      const isFinal = error instanceof ChecksumError || (error instanceof HttpError && error.status < 500);
      if (isFinal) throw error;
      if (attempt === attempts) throw new Error(`cannot download ${name}: ${reasonOf(error)}`, { cause: error });
      await sleep(500 * attempt);
    }
  }
}

/** The fetch API hides the reason of a network error in its cause. */
export function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return cause instanceof Error && cause.message !== "" ? cause.message : messageOf(error);
}

async function receive(open: Open, algorithm: Checksum["algorithm"], file: string) {
  const controller = new AbortController();
  const timeout = new Error(`no data for ${idleMs / 1000} s`);
  const timer = setTimeout(() => {
    controller.abort(timeout);
  }, idleMs);
  try {
    const response = await open(controller.signal);
    const [sha256, wanted] = [createHash("sha256"), createHash(algorithm)];
    let bytes = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        timer.refresh();
        sha256.update(chunk);
        wanted.update(chunk);
        bytes += chunk.length;
        done(null, chunk);
      },
    });
    await pipeline(response.body ?? [], measure, createWriteStream(file));
    return { hex: wanted.digest("hex"), sha256: sha256.digest("hex"), bytes };
  } finally {
    clearTimeout(timer);
  }
}

/** SHA-256 of a file in hex, and its size; undefined: no file. */
export async function measureFile(file: string) {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  const [sha256, sha512] = [createHash("sha256"), createHash("sha512")];
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      sha256.update(chunk);
      sha512.update(chunk);
    }
  });
  return { sha256: sha256.digest("hex"), sha512: sha512.digest("hex"), bytes: found.size };
}
