/**
 * Rotation of a certificate authority or of the service account key without an outage, in three stages: machines trust the
 * next generation besides the current one (`trust`), certificates are issued from it (`issue`), and the previous generation
 * is no longer trusted (`drop`).
 */

import { createHash } from "node:crypto";

export const rotationStages = ["trust", "issue", "drop"] as const;
export type RotationStage = (typeof rotationStages)[number];

/** State of a rotation. The only stage of the first generation is `drop`. */
export interface Rotation {
  /** 1 in a new cluster, then one more for each rotation. */
  readonly generation: number;
  readonly stage: RotationStage;
}

/** The authorities and the service account key; each rotates separately. */
export const rotated = ["kubernetes", "etcd", "frontProxy", "serviceAccount"] as const;
export type Rotated = (typeof rotated)[number];
export type Rotations = Readonly<Record<Rotated, Rotation>>;

/** Trusted generations; the first one issues (or signs). */
export function trustedGenerations({ generation, stage }: Rotation): readonly number[] {
  if (stage === "drop") return [generation];
  return stage === "issue" ? [generation, generation - 1] : [generation - 1, generation];
}

/**
 * Generations whose keys are kept: the trusted ones, and the last one that was dropped, to allow a step back. The dropped one
 * is unprotected, so that the next rotation can delete it.
 */
export function keptGenerations(
  rotation: Rotation,
): readonly { readonly generation: number; readonly retired: boolean }[] {
  const { generation, stage } = rotation;
  return [generation - 1, generation]
    .filter((each) => each > 0)
    .map((each) => ({ generation: each, retired: stage === "drop" && each < generation }));
}

/** Name of a resource of a generation; names of the first generation carry no number. */
export function generationName(name: string, generation: number): string {
  return generation === 1 ? name : `${name}-${generation}`;
}

/** Name by {@link generationName} without its generation. */
export const withoutGeneration = (resource: string): string => resource.replace(/-\d+$/, "");

/** A stage as the parameters hold it: `2-trust`. */
export function formatStage({ generation, stage }: Rotation): string {
  return `${generation}-${stage}`;
}

function parseStage(text: string | undefined): Rotation | undefined {
  const [, generation, stage] = /^(\d+)-(trust|issue|drop)$/.exec(text ?? "") ?? [];
  return stage === undefined ? undefined : { generation: Number(generation), stage: stage as RotationStage };
}

/** Stages as the parameters hold them; an absent one is unknown. */
export type Stages = Readonly<Partial<Record<Rotated, string>>>;

/**
 * Problems of a step from the ordered stages to the wanted ones. A step goes one stage forward or back; forward only once
 * every machine has settled on the ordered stage.
 */
export function checkRotationStep(ordered: Stages, settled: Stages, wanted: Rotations): readonly string[] {
  return rotated.flatMap((name) => {
    const from = parseStage(ordered[name]);
    const to = wanted[name];
    // A new cluster may start at any stage.
    if (from === undefined) return [];
    const step = position(to) - position(from);
    if (step === 0) return [];
    const path = name === "serviceAccount" ? "cluster.pki.serviceAccountKey" : `cluster.pki.authorities.${name}`;
    const problem = `${path}: cannot change from ${describe(from)} to ${describe(to)}`;
    if (Math.abs(step) > 1) return [`${problem}; the next stage is ${describe(next(from))}`];
    if (step > 0 && settled[name] !== formatStage(from))
      return [
        `${problem} yet: some machines have not settled on ${describe(from)} (docs/pki.md shows how to list them)`,
      ];
    return [];
  });
}

function position({ generation, stage }: Rotation): number {
  return generation * rotationStages.length + rotationStages.indexOf(stage);
}

function describe({ generation, stage }: Rotation): string {
  return `generation ${generation}, stage ${stage}`;
}

function next({ generation, stage }: Rotation): Rotation {
  const following = rotationStages[rotationStages.indexOf(stage) + 1];
  return following === undefined ? { generation: generation + 1, stage: "trust" } : { generation, stage: following };
}

/** Fingerprint of each certificate or public key in a PEM text: the first 16 hexadecimal digits of its SHA-256. */
export function fingerprints(pem: string): readonly string[] {
  return [...pem.matchAll(/-----BEGIN [^-]+-----([^-]+)-----END/g)].map(([, body = ""]) =>
    createHash("sha256").update(Buffer.from(body, "base64")).digest("hex").slice(0, 16),
  );
}

/** SSM parameters below the cluster's path: the ordered stages, and those on which every machine has settled. */
export const orderParameter = "/pki/order";
export const settledParameter = "/pki/settled";

/**
 * Rotation order that machines poll: per authority its stage and the fingerprints of the trusted certificates, the issuer's
 * first. It is not in user data, because a rotation must not replace machines.
 * @param trusted trusted certificates and keys in PEM.
 * @param chain certificates that API servers present besides their own, in PEM: the organization's intermediate authorities.
 */
export function renderRotationOrder(
  wanted: Rotations,
  trusted: Readonly<Record<Rotated, string>>,
  chain: string | undefined,
): string {
  const entries = rotated.map((name) => {
    const trust = fingerprints(trusted[name]);
    return [name, { stage: formatStage(wanted[name]), trust, chain: name === "kubernetes" ? chain : undefined }];
  });
  return JSON.stringify(Object.fromEntries(entries));
}

/** Stages in an order or in the settled parameter; empty for any other text. */
export function parseStages(text: string | undefined): Stages {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text ?? "{}");
  } catch {
    return {};
  }
  if (typeof parsed !== "object" || parsed === null) return {};
  const stages = Object.entries(parsed).map(([name, value]: [string, unknown]): [string, unknown] => [
    name,
    typeof value === "object" && value !== null && "stage" in value ? value.stage : value,
  ]);
  return Object.fromEntries(stages.filter(([, stage]) => typeof stage === "string"));
}
