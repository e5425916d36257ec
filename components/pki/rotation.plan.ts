/**
 * How an authority, or the key of service accounts, is replaced without an outage: first its successor is trusted everywhere
 * (`trust`), then certificates are issued from it (`issue`), then nobody trusts the old one any more (`drop`). Pure.
 */

import { createHash } from "node:crypto";

export const rotationStages = ["trust", "issue", "drop"] as const;
export type RotationStage = (typeof rotationStages)[number];

/** Where a rotation is. The first generation knows no other stage than `drop`: there is nothing that it replaces. */
export interface Rotation {
  /** 1 for what a cluster begins with, one more for each successor. */
  readonly generation: number;
  readonly stage: RotationStage;
}

/** What is rotated, each by itself. */
export const rotated = ["kubernetes", "etcd", "frontProxy", "serviceAccount"] as const;
export type Rotated = (typeof rotated)[number];
export type Rotations = Readonly<Record<Rotated, Rotation>>;

/** Generations that are trusted; the first one issues (or signs). */
export function trustedGenerations({ generation, stage }: Rotation): readonly number[] {
  if (stage === "drop") return [generation];
  return stage === "issue" ? [generation, generation - 1] : [generation - 1, generation];
}

/**
 * Generations whose keys are kept: those that are trusted, and the last one that was dropped, so that one can go back. That one
 * is not protected any more, so that the next rotation can let it go.
 */
export function keptGenerations(
  rotation: Rotation,
): readonly { readonly generation: number; readonly retired: boolean }[] {
  const { generation, stage } = rotation;
  return [generation - 1, generation]
    .filter((each) => each > 0)
    .map((each) => ({ generation: each, retired: stage === "drop" && each < generation }));
}

/** Name of something of a generation: those of the first have no number. */
export function ofGeneration(name: string, generation: number): string {
  return generation === 1 ? name : `${name}-${generation}`;
}

/** A stage as it is written down: `2-trust`. */
export function stageText({ generation, stage }: Rotation): string {
  return `${generation}-${stage}`;
}

function position({ generation, stage }: Rotation): number {
  return generation * rotationStages.length + rotationStages.indexOf(stage);
}

function readStage(text: string | undefined): Rotation | undefined {
  const [, generation, stage] = /^(\d+)-(trust|issue|drop)$/.exec(text ?? "") ?? [];
  return stage === undefined ? undefined : { generation: Number(generation), stage: stage as RotationStage };
}

/** Stages by what is rotated, as machines and `pulumi up` write them down; what is missing is not known. */
export type Stages = Readonly<Partial<Record<Rotated, string>>>;

/**
 * What forbids to go from the stages that are ordered to those that are wanted; nothing: it may be done. A step goes to the next
 * stage or back to the one before, and forward only when every machine is through with what was ordered.
 */
export function stepProblems(ordered: Stages, settled: Stages, wanted: Rotations): readonly string[] {
  return rotated.flatMap((name) => {
    const from = readStage(ordered[name]);
    const to = wanted[name];
    // A cluster begins where its settings say.
    if (from === undefined || position(from) === position(to)) return [];
    const step = position(to) - position(from);
    const path = name === "serviceAccount" ? "cluster.pki.serviceAccountKey" : `cluster.pki.authorities.${name}`;
    const way = `${path} cannot go from ${describe(from)} to ${describe(to)}`;
    if (Math.abs(step) > 1) return [`${way}: the next stage is ${describe(next(from))}`];
    if (step > 0 && settled[name] !== stageText(from))
      return [`${way} yet: not every machine is through with ${describe(from)} (docs/pki.md tells how to see which)`];
    return [];
  });
}

function describe({ generation, stage }: Rotation): string {
  return `generation ${generation}, stage ${stage}`;
}

function next({ generation, stage }: Rotation): Rotation {
  const following = rotationStages[rotationStages.indexOf(stage) + 1];
  return following === undefined ? { generation: generation + 1, stage: "trust" } : { generation, stage: following };
}

/** What a certificate or a public key is known by: 16 hexadecimal digits of the SHA-256 of each one in a PEM text, in order. */
export function fingerprints(pem: string): readonly string[] {
  return [...pem.matchAll(/-----BEGIN [^-]+-----([^-]+)-----END/g)].map(([, body = ""]) =>
    createHash("sha256").update(Buffer.from(body, "base64")).digest("hex").slice(0, 16),
  );
}

/** Parameters below the cluster's path: what is ordered, and what every machine is through with. Neither holds a secret. */
export const orderParameter = "/pki/order";
export const settledParameter = "/pki/settled";

/**
 * The order as members read it, again and again: for each authority its stage and the fingerprints of what is trusted, the
 * issuer's first. Kept out of user data: no machine is replaced for a rotation.
 * @param trusted PEM of all that is trusted, by what is rotated.
 * @param chain What API servers show besides their certificate: an organisation's intermediate authorities, in PEM.
 */
export function renderOrder(
  wanted: Rotations,
  trusted: Readonly<Record<Rotated, string>>,
  chain: string | undefined,
): string {
  const entry = (name: Rotated): object => ({
    stage: stageText(wanted[name]),
    trust: fingerprints(trusted[name]),
    ...(name === "kubernetes" && chain !== undefined ? { chain } : {}),
  });
  return JSON.stringify(Object.fromEntries(rotated.map((name) => [name, entry(name)])));
}

/** Stages of an order or of what members write down; nothing where the text is none of both. */
export function readStages(text: string | undefined): Stages {
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

/** Pairs of kind and members whose word counts before an authority is issued from or dropped; workers speak for themselves. */
export function rotationMembers(
  controlPlane: readonly string[],
  externalEtcd: readonly string[],
): Readonly<Record<Rotated, readonly string[]>> {
  const members = controlPlane.map((letter) => `control-plane-${letter}`);
  const own = { kubernetes: members, frontProxy: members, serviceAccount: members };
  return { ...own, etcd: [...members, ...externalEtcd.map((letter) => `etcd-${letter}`)] };
}
