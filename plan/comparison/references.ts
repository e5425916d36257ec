import { jsonWebKeys } from "../../components/access/serviceAccounts/jwks.plan";
import { fingerprints } from "../../components/pki/rotation.plan";
import type { PlainPlan, PlainResource } from "../report/planFile";

/** An output of a resource. */
export interface Reference {
  readonly urn: string;
  readonly path: string;
}

/** Shorter texts are names and numbers that may coincide. */
const shortestReference = 8;

/**
 * Which texts of a plan are outputs of which resource. A plan makes new keys and certificates at every run; an engine
 * keeps those it has, so that a certificate in a parameter is "the output of that resource" and not its text.
 *
 * A text is an output of the first resource that says it without having been told, if all others that say it depend on
 * that one; a zone's name or a tag, which strangers share, is nobody's.
 */
export function findReferences(plan: PlainPlan): ReadonlyMap<string, Reference> {
  const sayers = new Map<string, Reference[]>();
  for (const resource of plan.resources.filter(isReal)) {
    const told = new Set(textsIn(resource.inputs).map(([, text]) => text));
    for (const [path, text] of [...textsIn(resource.outputs), ...publishedKey(resource), ...knownBy(resource)]) {
      if (text.length < shortestReference || told.has(text)) continue;
      told.add(text);
      const reference = { urn: resource.urn, path };
      const others = sayers.get(text);
      if (others) others.push(reference);
      else sayers.set(text, [reference]);
    }
  }
  const dependencies = new Dependencies(plan);
  return new Map(
    [...sayers].flatMap(([text, [first, ...others]]) =>
      first && others.every(({ urn }) => dependencies.reach(urn, first.urn)) ? [[text, first] as const] : [],
    ),
  );
}

/** A key in the form in which the issuer of service accounts' tokens publishes it: other texts than the key's own outputs. */
function publishedKey({ type, outputs: { publicKeyPem } }: PlainResource): readonly (readonly [string, string])[] {
  if (type !== "tls:index/privateKey:PrivateKey" || typeof publicKeyPem !== "string") return [];
  try {
    return textsIn(jsonWebKeys([publicKeyPem])[0], "published");
  } catch {
    // A key of a kind that is not published so, or a saved plan that somebody has shortened.
    return [];
  }
}

/** What machines know a certificate or a public key by, in the order to rotate. */
function knownBy({ type, outputs }: PlainResource): readonly (readonly [string, string])[] {
  if (!type.startsWith("tls:")) return [];
  return ["certPem", "publicKeyPem"].flatMap((output) => {
    const pem = outputs[output];
    return typeof pem === "string" ? textsIn(fingerprints(pem), `${output}.fingerprints`) : [];
  });
}

/** Components and providers repeat what their resources say. */
const isReal = ({ type }: PlainResource): boolean => !type.startsWith("holdfast:") && !type.startsWith("pulumi:");

class Dependencies {
  readonly #direct: ReadonlyMap<string, readonly string[]>;
  readonly #all = new Map<string, ReadonlySet<string>>();

  constructor(plan: PlainPlan) {
    this.#direct = new Map(plan.resources.map(({ urn, dependsOn }) => [urn, dependsOn]));
  }

  /** Whether a resource depends on another one, in any number of steps. */
  reach(from: string, to: string): boolean {
    return this.all(from).has(to);
  }

  private all(urn: string): ReadonlySet<string> {
    const known = this.#all.get(urn);
    if (known) return known;
    const found = new Set<string>();
    // Known before it is complete, so that a cycle in a file that somebody wrote ends.
    this.#all.set(urn, found);
    for (const direct of this.#direct.get(urn) ?? []) {
      found.add(direct);
      for (const further of this.all(direct)) found.add(further);
    }
    return found;
  }
}

/** Every text in a value, with its path. */
export function textsIn(value: unknown, path = ""): readonly (readonly [path: string, text: string])[] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => textsIn(child, path === "" ? key : `${path}.${key}`));
}

/** Texts by which others know a resource, and of which a replacement has new ones: its id, addresses, the name it was given. */
export function identifiers(resource: PlainResource, references: ReadonlyMap<string, Reference>): readonly string[] {
  return textsIn(resource.outputs)
    .map(([, text]) => text)
    .filter((text) => (references.get(text)?.urn === resource.urn && isMade(text)) || isGivenName(text, resource.name));
}

/** Words (`STANDARD`) and numbers (the account's) are the same for every resource. */
const isMade = (text: string): boolean => /\d/.test(text) && /\D/.test(text);

/** A physical name that the provider made out of the logical one. */
const isGivenName = (text: string, name: string): boolean =>
  /-[0-9a-f]{7}$/.test(text) && text.slice(0, -8).endsWith(name);
