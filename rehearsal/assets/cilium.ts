/** Images and chart of Cilium, which its Go module contains. */
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { chart } from "../../components/addons/podNetwork/cilium.plan";
import { build } from "../command";
import { goStep, moduleSources } from "./goBuild";
import { type GoGroup, pinnedVersion } from "./goModules";
import type { RehearsalImage } from "./images";
import { debianTree, unusedInImages } from "./rootTree";
import type { Step } from "./store";

const goModule = "github.com/cilium/cilium";

/** Name of the build step of the agent's image. */
export const ciliumFiles = "cilium-files";

/** Folder of the agent's image in the result of the build step. */
const agentFolder = "agent";

/** The agent compiles its programs for the kernel with clang. */
const agentPackages = ["ca-certificates", "clang-19", "iproute2", "iptables", "kmod"];

/** Programs of the agent's image by folder. Envoy, which is written in C++, is missing: policies of layer 7 have no effect. */
const agentPrograms = {
  "usr/bin": [
    "cilium-agent",
    "cilium-dbg",
    "cilium-health",
    "cilium-health-responder",
    "cilium-mount",
    "cilium-sysctlfix",
  ],
  "opt/cni/bin": ["cilium-cni"],
};

/** Files of the agent's image: path in the image to path in the module. */
const agentFiles = {
  "init-container.sh": "images/cilium/init-container.sh",
  "install-plugin.sh": "plugins/cilium-cni/install-plugin.sh",
  "cni-uninstall.sh": "plugins/cilium-cni/cni-uninstall.sh",
};

/** Images under the names that the chart uses. */
export const ciliumImages: readonly RehearsalImage[] = [
  {
    name: `quay.io/cilium/cilium:v${chart.version}`,
    entrypoint: ["/usr/bin/cilium-dbg"],
    group: ciliumFiles,
    programs: [],
    tree: agentFolder,
  },
  {
    name: `quay.io/cilium/operator-generic:v${chart.version}`,
    entrypoint: ["/usr/bin/cilium-operator-generic"],
    group: "cilium",
    programs: ["/usr/bin/cilium-operator-generic"],
  },
  {
    name: `quay.io/cilium/hubble-relay:v${chart.version}`,
    entrypoint: ["/usr/bin/hubble-relay"],
    user: "65532:65532",
    group: "cilium",
    programs: ["/usr/bin/hubble-relay"],
  },
];

/** Build step of the tree of the agent's image. @param programs group of Cilium's programs */
export function ciliumStep(programs: GoGroup): Step {
  const tree = debianTree("cilium-root", agentPackages);
  const built = goStep(programs);
  return {
    name: ciliumFiles,
    inputs: [1, agentPrograms, agentFiles],
    needs: [built, tree],
    lane: "network",
    async build(context) {
      const agent = join(context.directory, agentFolder);
      const sources = await moduleSources(context, programs, goModule);
      await build(["cp", "--archive", "--link", await context.result(tree), agent], { log: context.log });
      for (const path of unusedInImages) rmSync(join(agent, path), { recursive: true, force: true });
      const from = await context.result(built);
      for (const [folder, names] of Object.entries(agentPrograms)) {
        mkdirSync(join(agent, folder), { recursive: true });
        for (const name of names) copyFileSync(join(from, name), join(agent, folder, name));
      }
      for (const [path, source] of Object.entries(agentFiles)) {
        // The module cache has no executable files.
        await build(["install", "-m", "0755", join(sources, source), join(agent, path)], { log: context.log });
      }
      symlinkSync("clang-19", join(agent, "usr/bin/clang"));
      const bpf = join(agent, "var/lib/cilium/bpf");
      mkdirSync(dirname(bpf), { recursive: true });
      await copyWritable(join(sources, "bpf"), bpf);
    },
  };
}

/** Folder of the chart in the result of its build step. */
export const chartFolder = "chart";

/** Build step of the chart. @param programs group of Cilium's programs */
export function ciliumChartStep(programs: GoGroup): Step {
  return {
    name: "cilium-chart",
    inputs: [1, pinnedVersion(programs.name, goModule)],
    needs: [],
    lane: "network",
    async build(context) {
      const sources = await moduleSources(context, programs, goModule);
      await copyWritable(join(sources, "install/kubernetes/cilium"), join(context.directory, chartFolder));
    },
  };
}

/** Copies a folder of the module cache, whose files are read-only. */
async function copyWritable(from: string, to: string): Promise<void> {
  await build(["cp", "--recursive", from, to]);
  await build(["chmod", "--recursive", "u+w", to]);
}
