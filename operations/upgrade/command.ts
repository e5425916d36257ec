/** `holdfast upgrade`: checks whether a cluster is ready for another Kubernetes version. */
import { UsageError, printJson, printLines } from "../../cli/program";
import { versionRule } from "../../components/settings/textRules";
import { resolveTarget } from "../etcd/target";
import { kubectlAt, withKubeconfig } from "../kubectl";
import { insideRehearsal, rerunWithKubectl } from "../rehearsal";
import { Api } from "../validate/api";
import { checkUpgrade, isBlocked } from "./checkUpgrade";
import { fetchUpgradeFacts, fetchVersion } from "./fetchFacts";
import { formatFindings } from "./report";

interface UpgradeCheckOptions {
  readonly bucket?: string | undefined;
  readonly json?: boolean | undefined;
  readonly kubeconfig?: string | undefined;
  readonly rehearsal?: string | undefined;
}

/**
 * Exit code 1 if a finding is blocking or a check could not run.
 * @param version default: that of the stack file
 */
export async function runUpgradeCheck(
  stack: string,
  version: string | undefined,
  options: UpgradeCheckOptions,
): Promise<number> {
  const problem = version === undefined ? undefined : versionRule(version);
  if (problem !== undefined) throw new UsageError(`version ${version ?? ""}: ${problem}`);
  if (options.rehearsal !== undefined && !insideRehearsal) return rerunWithKubectl(options.rehearsal, options);

  return withKubeconfig({ ...options, stack }, async (kubeconfig) => {
    const target = resolveTarget(stack, options.bucket);
    const api = new Api(kubectlAt(kubeconfig));
    const to = version ?? target.spec.kubernetesVersion;
    const [from, facts] = [await fetchVersion(api), await fetchUpgradeFacts(target, api, to)];
    const findings = checkUpgrade({ from, to, settings: target.spec }, facts);
    if (options.json === true) printJson({ from, to, findings });
    else printLines(formatFindings(target.spec.name, to, findings));
    return isBlocked(findings) ? 1 : 0;
  });
}
