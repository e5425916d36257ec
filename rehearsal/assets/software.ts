/** Where the software of rehearsals comes from: official releases, as machines on AWS use them, or builds of Go modules. */
import { readFileSync } from "node:fs";
import { UsageError } from "../../cli/program";
import { parseChecksums } from "../../components/node/checksums.plan";
import { reasonOf } from "../../operations/mirror/download";

export interface Releases {
  /** Root of a mirror that `holdfast assets mirror --to s3://…` filled; undefined: the publishers. */
  readonly mirror: string | undefined;
  /** SHA-256 by path of a mirror with its own builds; these override the publishers'. */
  readonly checksums: ReadonlyMap<string, string>;
}

/** Releases of the publishers, with their checksums. */
export const publishers: Releases = { mirror: undefined, checksums: new Map() };

/** Undefined: builds of Go modules. */
export type Software = Releases | undefined;

/** Options of commands that prepare the software. */
export interface SoftwareOptions {
  readonly releases?: string | undefined;
  readonly checksums?: string | undefined;
  readonly fromSource?: boolean | undefined;
}

/** Variables with the options' values, which also reach the processes that a command starts. */
const variables = { releases: "HOLDFAST_RELEASES", checksums: "HOLDFAST_RELEASE_CHECKSUMS" } as const;
/** Value of HOLDFAST_RELEASES with which everything is built. */
const none = "none";

/** Sets the variables of a command line's options. */
export function applySoftwareOptions({ releases, checksums, fromSource }: SoftwareOptions): void {
  if (releases !== undefined) process.env[variables.releases] = releases;
  if (fromSource === true) process.env[variables.releases] = none;
  if (checksums !== undefined) process.env[variables.checksums] = checksums;
}

/** Request that shows whether a source of releases answers. */
export interface Probe {
  readonly url: string;
  /** Status of an answer that counts, besides 2xx. */
  readonly alsoAccepted?: readonly number[];
}

export interface SoftwareChoice {
  readonly software: Software;
  /** Reason, for people. */
  readonly reason: string;
}

/** What the choice depends on. */
export interface Candidates {
  /** True if the cache has everything of this kind. */
  readonly isCached: (software: Software) => boolean;
  /** Requests to all sources of releases. */
  readonly probes: (releases: Releases) => readonly Probe[];
}

/** Time for an answer in ms. Everyone without internet access waits for it once: names that do not resolve fail at once. */
const probeTimeoutMs = 4000;

/**
 * Chooses the source: that of HOLDFAST_RELEASES; else the kind that is in the cache, so that later runs need no network; else the
 * publishers if all of them answer.
 * @throws UsageError if HOLDFAST_RELEASES names a mirror that does not answer
 */
export async function chooseSoftware({ isCached, probes }: Candidates): Promise<SoftwareChoice> {
  const wanted = process.env[variables.releases] ?? "";
  if (wanted === none) return { software: undefined, reason: "built from Go modules, as --from-source requires" };
  const mirror = wanted === "" ? undefined : wanted.replace(/\/+$/, "");
  const releases: Releases = { mirror, checksums: ownChecksums() };
  if (isCached(releases)) return { software: releases, reason: "official releases, from the cache" };
  if (mirror !== undefined) {
    const failure = await firstFailure(probes(releases));
    if (failure === undefined) return { software: releases, reason: `official releases, from ${mirror}` };
    throw new UsageError(
      `the mirror of --releases does not answer: ${failure}; check the URL, or build the software with --from-source`,
    );
  }
  if (isCached(undefined)) return { software: undefined, reason: "built from Go modules, from the cache" };
  const failure = await firstFailure(probes(releases));
  return failure === undefined
    ? { software: releases, reason: "official releases, from their publishers" }
    : { software: undefined, reason: `built from Go modules, because ${failure}` };
}

function ownChecksums(): ReadonlyMap<string, string> {
  const file = process.env[variables.checksums];
  return file === undefined ? new Map() : parseChecksums(readFileSync(file, "utf8"));
}

/** Reason why a source does not answer; undefined: all do. */
async function firstFailure(probes: readonly Probe[]): Promise<string | undefined> {
  const failures = await Promise.all(probes.map(probe));
  return failures.find((failure) => failure !== undefined);
}

async function probe({ url, alsoAccepted = [] }: Probe): Promise<string | undefined> {
  const { origin } = new URL(url);
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(probeTimeoutMs) });
    if (response.ok || alsoAccepted.includes(response.status)) return undefined;
    return `${url} answers with HTTP status ${response.status}`;
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    return `${origin} ${isLate ? `does not answer within ${probeTimeoutMs / 1000} s` : `is not reachable (${reasonOf(error)})`}`;
  }
}
