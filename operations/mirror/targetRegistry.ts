/** Mirror in a registry: images below a prefix, each under the name of its own registry. */
import type { ImageStore } from "./copyImage";
import type { Destination } from "./destination.plan";
import { dockerLogin } from "./dockerLogin";
import { Ecr } from "./ecr";
import { apiRoot } from "./imageName.plan";
import { type Manifest, Registry } from "./registry";

export class RegistryMirror implements ImageStore {
  readonly #registry: Registry;
  readonly #ecr: Ecr | undefined;
  readonly #prefix: string;

  constructor({ registry, prefix }: Extract<Destination, { kind: "registry" }>) {
    this.#ecr = Ecr.of(registry);
    this.#prefix = prefix;
    const login = () => this.#ecr?.login() ?? dockerLogin(registry);
    this.#registry = new Registry(apiRoot(registry), login);
  }

  async hasImage(place: string, reference: string, digest: string): Promise<boolean> {
    // ECR answers every request for an unknown repository with 404, and has none before the first push.
    await this.#ecr?.ensureRepository(this.repository(place));
    return (await this.#registry.manifestDigest(this.repository(place), reference)) === digest;
  }

  hasBlob(place: string, digest: string): Promise<boolean> {
    return this.#registry.hasBlob(this.repository(place), digest);
  }

  writeBlob(place: string, digest: string, file: string, bytes: number): Promise<void> {
    return this.#registry.pushBlob(this.repository(place), digest, file, bytes);
  }

  async writeManifest(place: string, manifest: Manifest, references: readonly string[]): Promise<void> {
    const repository = this.repository(place);
    for (const reference of references.length === 0 ? [manifest.digest] : references) {
      await this.#registry.pushManifest(repository, reference, manifest);
    }
  }

  private repository(place: string): string {
    return `${this.#prefix}/${place}`;
  }
}
