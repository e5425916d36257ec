/** Applies the plan's Kubernetes objects to the booted cluster, as the engine's provider would. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { messageOf } from "../../cli/program";
import type { Plan } from "../../plan/planStack";
import type { RehearsalClient } from "../supervisor/client";
import { withAwsEndpoint } from "./awsEndpointOverride";
import type { ApiRequest, ApiResponse } from "./kubeApi";
import { dependencyWaves, type Manifest, objectName, plannedObjects, withoutUnbuiltPods } from "./plannedObjects";
import { typeWarnings } from "./typeWarnings";

/** Object that the API server refused. */
export interface RefusedObject {
  /** `Deployment kube-system/coredns`. */
  readonly object: string;
  readonly phase: "dry run" | "apply" | "type check";
  readonly status: number;
  readonly message: string;
}

export interface AppliedObjects {
  /** Kinds and names of accepted objects, in the order of their application. */
  readonly accepted: readonly string[];
  readonly refused: readonly RefusedObject[];
  readonly seconds: number;
}

export interface ApplyOptions {
  /** Time to wait for the API server. Default: five minutes. */
  readonly timeoutMs?: number;
  /** Images on every machine. Pods with others are omitted. */
  readonly images: readonly string[];
}

const fieldManager = "holdfast";

/** Annotation of Pulumi's provider: take over fields of other managers. */
const forceAnnotation = "pulumi.com/patchForce";

/** Temporary status codes of a control plane that has just started. */
const temporary = new Set([0, 403, 429, 500, 502, 503, 504]);
const retryMs = 30_000;

/**
 * Applies every Kubernetes object of the plan by server-side apply, in dependency order, each first as a dry run. Omits pods with
 * images that machines do not have. Waits for the API server, but not for pods. Reports refusals instead of rejecting.
 */
export async function applyObjects(
  rehearsal: RehearsalClient,
  plan: Pick<Plan, "resources">,
  options: ApplyOptions,
): Promise<AppliedObjects> {
  const started = performance.now();
  const { awsEndpoint } = await rehearsal.status();
  const objects = (await rehearsal.withRealIds(plannedObjects(plan))).map((object) => ({
    ...object,
    manifest: withAwsEndpoint(object.manifest, awsEndpoint),
  }));
  await waitForApi(rehearsal, options.timeoutMs ?? 300_000);
  const paths = new ObjectPaths(rehearsal);
  const accepted: Manifest[] = [];
  const refused: RefusedObject[] = [];
  for (const wave of dependencyWaves(objects)) {
    const results = wave.map(async ({ manifest }) => {
      return { manifest, refusal: await applyObject(rehearsal, paths, manifest, options.images) };
    });
    for (const { manifest, refusal } of await Promise.all(results)) {
      if (refusal === undefined) accepted.push(manifest);
      else refused.push({ object: objectName(manifest), ...refusal });
    }
  }
  refused.push(...(await typeErrors(rehearsal, accepted)));
  return { accepted: accepted.map(objectName), refused, seconds: (performance.now() - started) / 1000 };
}

/** Admission policies whose CEL does not match the types of their resources: the API server accepts them, and they fail later. */
async function typeErrors(rehearsal: RehearsalClient, applied: readonly Manifest[]): Promise<readonly RefusedObject[]> {
  const policies = applied.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
  const found = await Promise.all(
    policies.map(async (manifest) => ({
      object: objectName(manifest),
      warnings: await typeWarnings(rehearsal, manifest.metadata.name),
    })),
  );
  return found
    .filter(({ warnings }) => warnings.length > 0)
    .map(({ object, warnings }) => ({ object, phase: "type check", status: 422, message: warnings.join("; ") }));
}

/** Applies an object, first as a dry run. @returns the refusal, if any. */
export async function applyObject(
  rehearsal: RehearsalClient,
  paths: ObjectPaths,
  manifest: Manifest,
  images: readonly string[],
): Promise<Omit<RefusedObject, "object"> | undefined> {
  const path = await paths.of(manifest);
  if (typeof path !== "string") return { phase: "dry run", status: path.status, message: apiMessage(path) };
  const force = manifest.metadata.annotations?.[forceAnnotation] === "true" ? "&force=true" : "";
  for (const phase of ["dry run", "apply"] as const) {
    const dry = phase === "dry run" ? "&dryRun=All" : "";
    const response = await requestWithRetry(rehearsal, {
      method: "PATCH",
      path: `${path}?fieldManager=${fieldManager}${force}${dry}`,
      contentType: "application/apply-patch+yaml",
      body: JSON.stringify(phase === "dry run" ? manifest : withoutUnbuiltPods(manifest, images)),
    });
    if (response.status >= 300) return { phase, status: response.status, message: apiMessage(response) };
  }
  return undefined;
}

/** Repeats a request while a starting control plane refuses it. */
async function requestWithRetry(rehearsal: RehearsalClient, request: ApiRequest): Promise<ApiResponse> {
  const deadline = Date.now() + retryMs;
  for (;;) {
    const response = await rehearsal
      .kubernetes(request)
      .catch((error: unknown) => ({ status: 0, body: messageOf(error) }));
    if (!temporary.has(response.status) || Date.now() > deadline) return response;
    await sleep(500);
  }
}

async function waitForApi(rehearsal: RehearsalClient, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await rehearsal.kubernetes({ method: "GET", path: "/readyz" }).catch(() => undefined);
    if (answer?.status === 200) return;
    if (Date.now() > deadline) throw new Error(`the API server was not ready within ${timeoutMs / 1000} s`);
    await sleep(300);
  }
}

const resourceList = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
const statusObject = z.object({ message: z.string() });

/** Paths of objects, from the API server's discovery. */
export class ObjectPaths {
  readonly #groups = new Map<string, Promise<ApiResponse>>();

  constructor(private readonly rehearsal: RehearsalClient) {}

  /** Path of an object, or an error response for an unknown kind. */
  async of({ apiVersion, kind, metadata }: Manifest): Promise<string | ApiResponse> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = this.#groups.get(root) ?? requestWithRetry(this.rehearsal, { method: "GET", path: root });
    this.#groups.set(root, known);
    const answer = await known;
    if (answer.status !== 200) {
      // A later object may install it.
      this.#groups.delete(root);
      return answer;
    }
    const { resources } = resourceList.parse(JSON.parse(answer.body));
    const found = resources.find((one) => one.kind === kind && !one.name.includes("/"));
    if (found === undefined) return { status: 404, body: `${apiVersion} has no kind ${kind}` };
    const within = found.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    return `${root}${within}/${found.name}/${metadata.name}`;
  }
}

function apiMessage({ body }: ApiResponse): string {
  try {
    return statusObject.parse(JSON.parse(body)).message;
  } catch {
    return body.trim();
  }
}
