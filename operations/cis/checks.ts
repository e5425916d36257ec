/** All checks of the CIS Kubernetes Benchmark that facts can decide, in the benchmark's order. Pure. */
import type { CisCheck } from "./check";
import { controlPlaneChecks } from "./controlPlaneChecks";
import { etcdChecks } from "./etcdChecks";
import { fileChecks } from "./fileChecks";
import { nodeChecks } from "./nodeChecks";
import { policyChecks } from "./policyChecks";

/** Version of the benchmark that the numbers belong to: the one for Kubernetes 1.32 and later. */
export const benchmarkVersion = "1.12";

const inOrder = (one: string, other: string): number => one.localeCompare(other, "en", { numeric: true });

export const cisChecks: readonly CisCheck[] = [
  ...fileChecks,
  ...controlPlaneChecks,
  ...etcdChecks,
  ...nodeChecks,
  ...policyChecks,
].sort((one, other) => inOrder(one.id, other.id));
