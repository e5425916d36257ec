/**
 * Seconds from the first machine's start until every node of staging is Ready, beside a plain `kubeadm init` and `join` of
 * the same four machines: `node --import tsx bench/rehearse.ts [runs]` (default 3 of each, in turn). As root, on Linux.
 * Exits with 1 if Holdfast's median is over 0.8 times plain kubeadm's.
 */
import { cpus } from "node:os";
import { runMain } from "../cli/program";
import { prepareAssets } from "../rehearsal/assets";
import { bootPlanned, down, planRehearsal, stackSpec, startSupervisor, waitUntilReady } from "../rehearsal/boot";
import type { Plan } from "../plan/planStack";
import { median } from "./median";
import { withPlainKubeadm } from "./plainKubeadm";

const stack = "staging";
const target = 0.8;

async function main(): Promise<number> {
  const runs = Number(process.argv[2] ?? 3);
  const { kubernetesVersion } = await stackSpec(stack);
  const assets = await prepareAssets({
    kubernetesVersion,
    report: (step, state) => {
      if (state === "start") process.stderr.write(`building ${step}\n`);
    },
  });
  // What comes after the nodes is no part of the comparison: plain kubeadm has none of it.
  const overrides = { addons: { enabled: false }, access: { admission: { policies: undefined } } };
  const plan = await planRehearsal({ stack, overrides }, assets);
  const contestants = { holdfast: plan, kubeadm: withPlainKubeadm(plan) };
  const seconds: Record<keyof typeof contestants, number[]> = { holdfast: [], kubeadm: [] };

  const measure = async (contestant: Plan): Promise<number> => {
    const id = "bench";
    await down(id);
    try {
      await startSupervisor(id, assets);
      const client = await bootPlanned(id, contestant, assets);
      const { readyAfter } = await waitUntilReady(client);
      if (readyAfter === undefined) throw new Error("ready, but nobody knows since when");
      return readyAfter;
    } finally {
      if (process.env.HOLDFAST_KEEP === undefined) await down(id);
    }
  };

  for (let run = 1; run <= runs; run += 1) {
    for (const name of ["holdfast", "kubeadm"] as const) {
      const took = await measure(contestants[name]);
      seconds[name].push(took);
      process.stdout.write(`run ${run}: ${name} ${took.toFixed(1)} s\n`);
    }
  }
  const holdfast = median(seconds.holdfast);
  const kubeadm = median(seconds.kubeadm);
  const ratio = holdfast / kubeadm;
  process.stdout.write(
    `${cpus().length} cores, median of ${runs}: holdfast ${holdfast.toFixed(1)} s, plain kubeadm ${kubeadm.toFixed(1)} s, ` +
      `ratio ${ratio.toFixed(2)} (at most ${target})\n`,
  );
  return ratio > target ? 1 : 0;
}

runMain(main);
