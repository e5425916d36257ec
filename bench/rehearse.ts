/** Boot time of staging, compared with plain kubeadm. `npm run bench:rehearse [-- runs]` (default 3), as root; see README.md. */
import { cpus } from "node:os";
import { runMain } from "../cli/program";
import { prepareAssets } from "../rehearsal/assets";
import { bootPlanned, down, planRehearsal, stackSpec, startSupervisor, waitUntilReady } from "../rehearsal/boot";
import type { Plan } from "../plan/planStack";
import { median } from "./measure";
import { withPlainKubeadm } from "./plainKubeadm";

const stack = "staging";
/** Limit of the ratio of the medians. */
const limit = 0.8;

async function main(): Promise<number> {
  const runs = Number(process.argv[2] ?? 3);
  const { kubernetesVersion } = await stackSpec(stack);
  const assets = await prepareAssets({
    kubernetesVersion,
    report: (step, state) => {
      if (state === "start") process.stderr.write(`building ${step}\n`);
    },
  });
  // Without add-ons, which plain kubeadm does not have.
  const overrides = { addons: { enabled: false }, access: { admission: { policies: undefined } } };
  const plan = await planRehearsal({ stack, overrides }, assets);
  const plans = { holdfast: plan, kubeadm: withPlainKubeadm(plan) };
  const seconds: Record<keyof typeof plans, number[]> = { holdfast: [], kubeadm: [] };

  const measureBoot = async (candidate: Plan): Promise<number> => {
    const id = "bench";
    await down(id);
    try {
      await startSupervisor(id, assets);
      const client = await bootPlanned(id, candidate, assets);
      const { readyAfter } = await waitUntilReady(client);
      if (readyAfter === undefined) throw new Error("the ready cluster has no boot time");
      return readyAfter;
    } finally {
      if (process.env.HOLDFAST_KEEP === undefined) await down(id);
    }
  };

  for (let run = 1; run <= runs; run += 1) {
    for (const name of ["holdfast", "kubeadm"] as const) {
      const took = await measureBoot(plans[name]);
      seconds[name].push(took);
      process.stdout.write(`run ${run}: ${name} ${took.toFixed(1)} s\n`);
    }
  }
  const holdfast = median(seconds.holdfast);
  const kubeadm = median(seconds.kubeadm);
  const ratio = holdfast / kubeadm;
  process.stdout.write(
    `${cpus().length} cores, median of ${runs}: holdfast ${holdfast.toFixed(1)} s, plain kubeadm ${kubeadm.toFixed(1)} s, ` +
      `ratio ${ratio.toFixed(2)} (limit ${limit})\n`,
  );
  return ratio > limit ? 1 : 0;
}

runMain(main);
