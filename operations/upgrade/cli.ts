/** `npm run upgrade`: checks whether a cluster is ready for another Kubernetes version. */
import { type Arguments, type Options, UsageError, printLines, runProgram } from "../../cli/program";
import { versionRule } from "../../components/settings/textRules";
import { resolveTarget } from "../etcd/target";
import { kubectlAt, withKubeconfig } from "../kubectl";
import { insideRehearsal, rerunWithKubectl } from "../rehearsal";
import { Api } from "../validate/api";
import { checkUpgrade, isBlocked } from "./checkUpgrade";
import { fetchUpgradeFacts, fetchVersion } from "./fetchFacts";
import { formatFindings } from "./report";

const usage = `npm run upgrade -- check <stack> [version] [options]

  Checks whether a cluster is ready for a Kubernetes version, by default that of the stack file: skipped versions, settings,
  nodes, requested APIs that the version does not serve, webhooks, disruption budgets, etcd and backups. Changes nothing.
  Exit code 0: ready; 1: a finding is blocking, or a check could not run; 2: wrong arguments.

  --kubeconfig <file>  use this kubeconfig instead of the stack output
  --bucket <name>      use this backups bucket instead of the stack output
  --rehearsal <id>     use a running rehearsal
  --json               print JSON
`;

const options = {
  bucket: { type: "string" },
  json: { type: "boolean", default: false },
  kubeconfig: { type: "string" },
  rehearsal: { type: "string" },
} satisfies Options;

async function main({ values, positionals }: Arguments<typeof options>): Promise<number> {
  const [verb, stack, version, ...others] = positionals;
  if (verb !== "check" || stack === undefined || others.length > 0) {
    throw new UsageError("specify check, a stack, and at most one version");
  }
  const problem = version === undefined ? undefined : versionRule(version);
  if (problem !== undefined) throw new UsageError(`version ${version ?? ""}: ${problem}`);
  if (values.rehearsal !== undefined && !insideRehearsal) return rerunWithKubectl(values.rehearsal, __filename, values);

  return withKubeconfig({ ...values, stack }, async (kubeconfig) => {
    const target = resolveTarget(stack, values.bucket);
    const api = new Api(kubectlAt(kubeconfig));
    const to = version ?? target.spec.kubernetesVersion;
    const [from, facts] = [await fetchVersion(api), await fetchUpgradeFacts(target, api, to)];
    const findings = checkUpgrade(from, to, facts);
    printLines(
      values.json
        ? [JSON.stringify({ from, to, findings }, undefined, 2)]
        : formatFindings(target.spec.name, to, findings),
    );
    return isBlocked(findings) ? 1 : 0;
  });
}

runProgram({ usage, options }, main);
