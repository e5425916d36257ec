import { setTimeout as sleep } from "node:timers/promises";

import type { Properties } from "../../../simulation/core/resourceType";
import type { WorldResource } from "../../../simulation/core/world";
import { releaseToken } from "../../../simulation/kubernetes/release";
import type { Backend } from "../../../simulation/providers/backend";
import { unknownValue } from "../../../simulation/providers/properties";
import { ObjectPaths, applyObject } from "../../kubernetes/applyObjects";
import { withAwsEndpoint } from "../../kubernetes/awsEndpointOverride";
import { type Manifest, manifestOf, objectName } from "../../kubernetes/plannedObjects";
import { awsEndpoint } from "../../services/serviceAddresses";
import { readBootPlan } from "../../supervisor/bootPlan";
import type { RehearsalClient } from "../../supervisor/client";

/** Time for an object to disappear after its deletion, with its finalizers. */
const deletionMs = 300_000;

/**
 * The booted cluster: objects are applied by server-side apply and deleted. Pods with images that machines do not have are left
 * out. Nothing is created for Helm releases, whose charts are only available from their publishers, and a deleted patch stays.
 */
export class KubernetesBackend implements Backend {
  readonly #paths: ObjectPaths;
  #kubeconfig: unknown;
  #ready: Promise<readonly string[]> | undefined;

  constructor(private readonly rehearsal: RehearsalClient) {
    this.#paths = new ObjectPaths(rehearsal);
  }

  configure({ kubeconfig }: Properties): void {
    this.#kubeconfig = kubeconfig;
  }

  async create(resource: WorldResource): Promise<void> {
    if (resource.type === releaseToken) return;
    const images = await this.connect();
    const manifest = await this.manifest(resource);
    const refusal = await applyObject(this.rehearsal, this.#paths, manifest, images);
    if (refusal === undefined) return;
    const { phase, status, message } = refusal;
    throw new Error(`the API server refused ${objectName(manifest)}: ${phase}: ${status}: ${message}`);
  }

  update(resource: WorldResource): Promise<void> {
    return this.create(resource);
  }

  async delete(resource: WorldResource): Promise<void> {
    if (resource.type === releaseToken || resource.type.endsWith("Patch")) return;
    await this.connect();
    const path = await this.#paths.of(await this.manifest(resource));
    // The kind has gone with its definition.
    if (typeof path !== "string") return;
    const { status, body } = await this.rehearsal.kubernetes({ method: "DELETE", path });
    if (status === 404) return;
    if (status >= 300) throw new Error(`the API server did not delete ${path}: ${status}: ${body.slice(0, 300)}`);
    const until = Date.now() + deletionMs;
    while (await this.exists(path)) {
      if (Date.now() > until) throw new Error(`${path} still exists ${deletionMs / 1000} s after its deletion`);
      await sleep(500);
    }
  }

  async read(resource: WorldResource): Promise<WorldResource | undefined> {
    if (resource.type === releaseToken) return resource;
    await this.connect();
    const path = await this.#paths.of(await this.manifest(resource));
    return typeof path === "string" && (await this.exists(path)) ? resource : undefined;
  }

  private async exists(path: string): Promise<boolean> {
    return (await this.rehearsal.kubernetes({ method: "GET", path })).status !== 404;
  }

  private async manifest({ inputs, outputs }: WorldResource): Promise<Manifest> {
    return withAwsEndpoint(await this.rehearsal.withRealIds(manifestOf({ inputs, outputs })), awsEndpoint);
  }

  /** Passes the kubeconfig to the supervisor, once. @returns images on every machine. */
  private connect(): Promise<readonly string[]> {
    this.#ready ??= (async () => {
      const kubeconfig = this.#kubeconfig;
      if (typeof kubeconfig !== "string" || kubeconfig === unknownValue) {
        throw new Error("the Kubernetes provider has no kubeconfig");
      }
      await this.rehearsal.connectCluster(kubeconfig);
      return readBootPlan(this.rehearsal.paths.plan).images;
    })();
    return this.#ready;
  }
}
