/**
 * Rewrites all objects of a resource, so that the API servers encrypt them with the current key. An empty patch suffices: an API
 * server writes an unchanged object if its stored value is not encrypted with the first key (stale data in its storage layer),
 * and otherwise writes nothing. Requests only metadata, so that no secret leaves the API server.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { messageOf } from "../../cli/program";
import type { ApiAnswer, ApiRequest, SendRequest } from "./apiProxy";

/** Objects of a page, and requests at the same time. */
const pageSize = 500;
const parallel = 8;

/** Pauses in ms before further attempts of a request that had a temporary failure: about a minute, as long as a member restarts. */
const pauses = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 20_000];

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly resourceVersion: string;
}
interface Page {
  readonly metadata: { readonly continue?: string; readonly remainingItemCount?: number };
  readonly items: readonly { readonly metadata: Metadata }[];
}

/** Result for one resource. */
export interface RewrittenResource {
  /** As in the settings: `secrets`, `orders.example.com`. */
  readonly resource: string;
  /** Number of objects. */
  readonly objects: number;
  /** Number of those that were written; the others were encrypted with the current key already, or were deleted meanwhile. */
  readonly rewritten: number;
  /** Objects that the API server refused to write, with its message. */
  readonly refused: readonly { readonly object: string; readonly message: string }[];
}

/** Progress: number of objects that are done, and of all. */
export type ShowProgress = (resource: string, done: number, all: number) => void;

const partial = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` });

/** @throws if the API does not serve the resource, or gives no answer for a minute */
export async function rewriteResource(
  send: SendRequest,
  resource: string,
  show: ShowProgress,
): Promise<RewrittenResource> {
  const path = await collectionPath(send, resource);
  let [objects, rewritten] = [0, 0];
  const refused: { object: string; message: string }[] = [];
  for await (const { items, remaining } of listPages(send, path)) {
    await inParallel(items, async ({ name, namespace, resourceVersion }) => {
      const answer = await sendUntilAnswered(send, {
        method: "PATCH",
        path: objectPath(path, namespace, name),
        headers: { ...partial("PartialObjectMetadata"), "content-type": "application/merge-patch+json" },
        body: "{}",
      });
      // Deleted (404), or written by others during all of the server's attempts (409): there is nothing left to rewrite.
      if (answer.status === 404 || answer.status === 409) return;
      if (answer.status === 200) rewritten += versionOf(answer) === resourceVersion ? 0 : 1;
      else
        refused.push({ object: namespace === undefined ? name : `${namespace}/${name}`, message: messageIn(answer) });
    });
    objects += items.length;
    show(resource, objects, objects + remaining);
  }
  return { resource, objects, rewritten, refused };
}

const versionOf = ({ body }: ApiAnswer): string =>
  (JSON.parse(body) as { metadata: Metadata }).metadata.resourceVersion;

/** Path of all objects of a resource, in the version that the API prefers. */
async function collectionPath(send: SendRequest, resource: string): Promise<string> {
  const [plural = "", ...rest] = resource.split(".");
  if (rest.length === 0) return `/api/v1/${plural}`;
  const answer = await sendUntilAnswered(send, { method: "GET", path: `/apis/${rest.join(".")}` });
  if (answer.status !== 200) throw new Error(`${resource}: ${messageIn(answer)}`);
  const { preferredVersion } = JSON.parse(answer.body) as { preferredVersion: { groupVersion: string } };
  return `/apis/${preferredVersion.groupVersion}/${plural}`;
}

function objectPath(collection: string, namespace: string | undefined, name: string): string {
  if (namespace === undefined) return `${collection}/${name}`;
  return collection.replace(/[^/]+$/, (plural) => `namespaces/${namespace}/${plural}/${name}`);
}

async function* listPages(
  send: SendRequest,
  path: string,
): AsyncIterable<{ readonly items: readonly Metadata[]; readonly remaining: number }> {
  let next = "";
  do {
    const query = `?limit=${pageSize}${next && `&continue=${encodeURIComponent(next)}`}`;
    const answer = await sendUntilAnswered(send, {
      method: "GET",
      path: path + query,
      headers: partial("PartialObjectMetadataList"),
    });
    // 410: etcd has compacted the revision of the list; the answer has a token that continues at a newer one.
    const known = answer.status === 200 || answer.status === 410;
    const { metadata = {}, items = [] } = known ? (JSON.parse(answer.body) as Partial<Page>) : {};
    if (answer.status !== 200 && metadata.continue === undefined) throw new Error(`${path}: ${messageIn(answer)}`);
    next = metadata.continue ?? "";
    yield { items: items.map((item) => item.metadata), remaining: metadata.remainingItemCount ?? 0 };
  } while (next !== "");
}

const isTemporary = ({ status }: ApiAnswer): boolean => status === 429 || status >= 500;

/** Repeats a request after temporary failures, such as those of a control plane that is rolled out. */
async function sendUntilAnswered(send: SendRequest, request: ApiRequest): Promise<ApiAnswer> {
  for (const pause of pauses) {
    const answer = await send(request).catch(() => undefined);
    if (answer !== undefined && !isTemporary(answer)) return answer;
    await sleep(pause);
  }
  return send(request);
}

/** Message of a Status object, or the text itself. */
function messageIn({ status, body }: ApiAnswer): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? `status ${status}`;
  } catch (error) {
    return body.trim() || `status ${status} (${messageOf(error)})`;
  }
}

async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (const one of rest) await work(one);
    }),
  );
}
