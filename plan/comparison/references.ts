import { jsonWebKeys } from "../../components/access/serviceAccounts/jwks.plan";
import { fingerprints } from "../../components/pki/rotation.plan";
import type { PlainPlan, PlainResource } from "../report/planFile";

/** Output of a resource. */
export interface Reference {
  readonly urn: string;
  readonly path: string;
}

/** Shorter texts are names and numbers that may be equal by chance. */
const minReferenceLength = 8;

/**
 * Outputs of a plan by their text. Every plan generates new keys and certificates, whereas the engine keeps them: a
 * comparison must compare references to outputs instead of texts.
 *
 * A text belongs to the first resource that has it as an output but not as an input, if all other such resources depend on
 * that one. A text that unrelated resources share, such as a tag, belongs to none.
 */
export function findReferences(plan: PlainPlan): ReadonlyMap<string, Reference> {
  const owners = new Map<string, Reference[]>();
  for (const resource of plan.resources.filter(isCustomResource)) {
    const inputTexts = new Set(textsIn(resource.inputs).map(([, text]) => text));
    for (const [path, text] of [
      ...textsIn(resource.outputs),
      ...publishedKey(resource),
      ...publishedFingerprints(resource),
    ]) {
      if (text.length < minReferenceLength || inputTexts.has(text)) continue;
      inputTexts.add(text);
      const reference = { urn: resource.urn, path };
      const others = owners.get(text);
      if (others) others.push(reference);
      else owners.set(text, [reference]);
    }
  }
  const dependencies = new Dependencies(plan);
  return new Map(
    [...owners].flatMap(([text, [first, ...others]]) =>
      first && others.every(({ urn }) => dependencies.includes(urn, first.urn)) ? [[text, first] as const] : [],
    ),
  );
}

/** Public key as JSON Web Key, the form in which the service account issuer publishes it. */
function publishedKey({ type, outputs: { publicKeyPem } }: PlainResource): readonly (readonly [string, string])[] {
  if (type !== "tls:index/privateKey:PrivateKey" || typeof publicKeyPem !== "string") return [];
  try {
    return textsIn(jsonWebKeys([publicKeyPem])[0], "published");
  } catch {
    // No RSA key, or an edited plan file.
    return [];
  }
}

/** Fingerprints of a certificate or a public key, as the rotation order holds them. */
function publishedFingerprints({ type, outputs }: PlainResource): readonly (readonly [string, string])[] {
  if (!type.startsWith("tls:")) return [];
  return ["certPem", "publicKeyPem"].flatMap((output) => {
    const pem = outputs[output];
    return typeof pem === "string" ? textsIn(fingerprints(pem), `${output}.fingerprints`) : [];
  });
}

/** Components and providers repeat outputs of their resources. */
const isCustomResource = ({ type }: PlainResource): boolean =>
  !type.startsWith("holdfast:") && !type.startsWith("pulumi:");

class Dependencies {
  readonly #direct: ReadonlyMap<string, readonly string[]>;
  readonly #all = new Map<string, ReadonlySet<string>>();

  constructor(plan: PlainPlan) {
    this.#direct = new Map(plan.resources.map(({ urn, dependsOn }) => [urn, dependsOn]));
  }

  /** True if a resource depends on another one, directly or not. */
  includes(from: string, to: string): boolean {
    return this.all(from).has(to);
  }

  private all(urn: string): ReadonlySet<string> {
    const known = this.#all.get(urn);
    if (known) return known;
    const found = new Set<string>();
    // Stored before it is complete, so that a cycle in an edited plan file ends.
    this.#all.set(urn, found);
    for (const direct of this.#direct.get(urn) ?? []) {
      found.add(direct);
      for (const further of this.all(direct)) found.add(further);
    }
    return found;
  }
}

/** All texts in a value, with their paths. */
export function textsIn(value: unknown, path = ""): readonly (readonly [path: string, text: string])[] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => textsIn(child, path === "" ? key : `${path}.${key}`));
}

/** Texts that other resources know a resource by and that a replacement changes: id, addresses, generated name. */
export function identifiers(resource: PlainResource, references: ReadonlyMap<string, Reference>): readonly string[] {
  return textsIn(resource.outputs)
    .map(([, text]) => text)
    .filter(
      (text) =>
        (references.get(text)?.urn === resource.urn && isGenerated(text)) || isGeneratedName(text, resource.name),
    );
}

/** Words (`STANDARD`) and numbers (the AWS account id) are the same for every resource. */
const isGenerated = (text: string): boolean => /\d/.test(text) && /\D/.test(text);

/** True for a physical name that the provider generated from the logical one. */
const isGeneratedName = (text: string, name: string): boolean =>
  /-[0-9a-f]{7}$/.test(text) && text.slice(0, -8).endsWith(name);
