/** `holdfast validate --cis`: the checks of the CIS Kubernetes Benchmark on a running cluster. */
import { printJson, printLines } from "../../cli/program";
import type { Target } from "../etcd/target";
import type { Api } from "../validate/api";
import { fetchNodes } from "../validate/kubernetesFacts";
import { tryFetch } from "../validate/result";
import { fetchClusterFacts } from "./clusterFacts";
import { type CisReport, cisReport, formatCisReport } from "./evaluate";
import { fetchMachineFacts, fetchMachines } from "./machines";

/** Examines a cluster. Exit code 1 if an automated check failed, or a check could not run. */
export async function runCisChecks(target: Target, api: Api, json: boolean | undefined): Promise<number> {
  const report = await examine(target, api);
  if (json === true) printJson(report);
  else printLines(formatCisReport(report));
  return report.valid ? 0 : 1;
}

async function examine({ stack, spec, ssm }: Target, api: Api): Promise<CisReport> {
  const [nodes, cluster] = await Promise.all([tryFetch(() => fetchNodes(api)), tryFetch(() => fetchClusterFacts(api))]);
  // Without the API, members can still be examined.
  const machines = await fetchMachines(spec, nodes.known ? nodes.value : []);
  const external = spec.etcd.topology === "external" || machines.some(({ role }) => role === "etcd");
  const etcdOn = external ? "etcd" : "control-plane";
  const facts = { etcdOn, cluster, machines: await fetchMachineFacts(ssm, machines) } as const;
  return cisReport(stack, spec.name, new Date(), facts);
}
