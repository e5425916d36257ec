/** Gives the plan's objects to the booted cluster's API server, as the engine's provider would. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { RehearsalClient } from "../supervisor/client";
import type { ApiAnswer, ApiRequest } from "./kubeApi";
import type { Plan } from "../../plan/planStack";
import { type Manifest, nameOf, plannedObjects, waves, withoutUnbuiltPods } from "./plannedObjects";
import { withAwsEndpoint } from "./awsEndpointOverride";
import { typeWarnings } from "./typeWarnings";

/** An object that the API server did not take. */
export interface RefusedObject {
  /** `Deployment kube-system/coredns`. */
  readonly object: string;
  readonly phase: "dry run" | "apply" | "type check";
  readonly status: number;
  readonly message: string;
}

export interface AppliedObjects {
  /** Objects that were accepted, by kind and name, in the order in which they were applied. */
  readonly accepted: readonly string[];
  readonly refused: readonly RefusedObject[];
  readonly seconds: number;
}

export interface ApplyOptions {
  /** How long to wait for the API before the first object. Default five minutes. */
  readonly timeoutMs?: number;
  /** Images that machines have; pods of others are left out. */
  readonly images: readonly string[];
}

/** Who owns the fields that are applied; the engine's provider makes up a name of its own. */
const fieldManager = "holdfast";

/** As the provider's annotation asks: take over fields that others have set. */
const forceAnnotation = "pulumi.com/patchForce";

/** What a control plane that has just started answers for a moment. */
const passing = new Set([0, 403, 429, 500, 502, 503, 504]);
const passingMs = 30_000;

/**
 * Applies every Kubernetes object of the plan in dependency order by server-side apply, each first as a dry run; pods of images
 * that machines do not have are left out. Waits until the API answers, and not for pods. Never rejects for an object that is refused; rejects when nobody answers in time.
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
  await untilApiAnswers(rehearsal, options.timeoutMs ?? 300_000);
  const kinds = new Kinds(rehearsal);
  const accepted: string[] = [];
  const refused: RefusedObject[] = [];
  for (const wave of waves(objects)) {
    const outcomes = await Promise.all(
      wave.map(({ manifest }) => applyOne(rehearsal, kinds, manifest, options.images)),
    );
    for (const [index, outcome] of outcomes.entries()) {
      const object = nameOf(wave[index]?.manifest ?? emptyManifest);
      if (outcome === undefined) accepted.push(object);
      else refused.push({ object, ...outcome });
    }
  }
  refused.push(
    ...(await misfits(
      rehearsal,
      objects.map(({ manifest }) => manifest).filter((one) => accepted.includes(nameOf(one))),
    )),
  );
  return { accepted, refused, seconds: (performance.now() - started) / 1000 };
}

/** Admission policies whose CEL does not fit the types that they are about: the API server takes them, and they fail later. */
async function misfits(rehearsal: RehearsalClient, applied: readonly Manifest[]): Promise<readonly RefusedObject[]> {
  const policies = applied.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
  const found = await Promise.all(
    policies.map(async (manifest) => ({
      object: nameOf(manifest),
      warnings: await typeWarnings(rehearsal, manifest.metadata.name),
    })),
  );
  return found
    .filter(({ warnings }) => warnings.length > 0)
    .map(({ object, warnings }) => ({ object, phase: "type check", status: 422, message: warnings.join("; ") }));
}

const emptyManifest: Manifest = { apiVersion: "", kind: "", metadata: { name: "" } };

async function applyOne(
  rehearsal: RehearsalClient,
  kinds: Kinds,
  manifest: Manifest,
  images: readonly string[],
): Promise<Omit<RefusedObject, "object"> | undefined> {
  const place = await kinds.pathOf(manifest);
  if (typeof place !== "string") return { phase: "dry run", status: place.status, message: messageOf(place) };
  const force = manifest.metadata.annotations?.[forceAnnotation] === "true" ? "&force=true" : "";
  for (const phase of ["dry run", "apply"] as const) {
    const dry = phase === "dry run" ? "&dryRun=All" : "";
    const answer = await patiently(rehearsal, {
      method: "PATCH",
      path: `${place}?fieldManager=${fieldManager}${force}${dry}`,
      contentType: "application/apply-patch+yaml",
      body: JSON.stringify(phase === "dry run" ? manifest : withoutUnbuiltPods(manifest, images)),
    });
    if (answer.status >= 300) return { phase, status: answer.status, message: messageOf(answer) };
  }
  return undefined;
}

/** Asks until the answer is not one of those that a starting control plane gives. */
async function patiently(rehearsal: RehearsalClient, request: ApiRequest): Promise<ApiAnswer> {
  const deadline = Date.now() + passingMs;
  for (;;) {
    const answer = await rehearsal
      .kubernetes(request)
      .catch((error: unknown) => ({ status: 0, body: error instanceof Error ? error.message : String(error) }));
    if (!passing.has(answer.status) || Date.now() > deadline) return answer;
    await sleep(500);
  }
}

async function untilApiAnswers(rehearsal: RehearsalClient, timeoutMs: number): Promise<void> {
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

/** Where objects of a kind are, as the API server tells. */
class Kinds {
  readonly #groups = new Map<string, Promise<ApiAnswer>>();

  constructor(private readonly rehearsal: RehearsalClient) {}

  /** Path of an object, or the answer of a server that does not know the kind. */
  async pathOf({ apiVersion, kind, metadata }: Manifest): Promise<string | ApiAnswer> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const known = this.#groups.get(root) ?? patiently(this.rehearsal, { method: "GET", path: root });
    this.#groups.set(root, known);
    const answer = await known;
    if (answer.status !== 200) {
      // It may be installed by what is applied next.
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

function messageOf({ body }: ApiAnswer): string {
  try {
    return statusObject.parse(JSON.parse(body)).message;
  } catch {
    return body.trim();
  }
}
