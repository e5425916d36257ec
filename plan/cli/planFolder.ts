import { mkdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";

import { kubeadmDocuments } from "../../components/node/kubeadm.plan";
import type { Document } from "../../components/node/kubeadm.plan";
import { renderYaml } from "../../components/yaml.plan";
import type { Plan } from "../planStack";
import type { Comparison } from "../comparison/changes";
import { text } from "../report/resourceDetails";
import { renderReport } from "../report/html/renderReport";
import type { ReportedPlan } from "../report/reportedPlan";
import { decodeUserData } from "../report/userData";

const launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate";

/** File that lists the files of a plan, so that the next plan can remove outdated ones. */
const manifest = ".holdfast-plan";

/**
 * Writes a plan into a folder: `report.html`, `plan.json`, `user-data/<group>`, `bundles/<name>` with their archives, and the
 * configuration of kubeadm and kubelet. Overwrites existing files and removes outdated files of earlier plans; keeps others.
 */
export function writePlan(directory: string, plan: Plan, plain: ReportedPlan, comparison?: Comparison): void {
  const written = new Set<string>();
  const write = (path: string, content: string | Buffer): void => {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    // plan.json may hold secrets.
    writeFileSync(file, content, { mode: path === "plan.json" ? 0o600 : 0o644 });
    written.add(path);
  };
  write("report.html", renderReport(plain, comparison));
  write("plan.json", `${JSON.stringify(plain, undefined, 2)}\n`);
  for (const { inputs, name, type } of plan.resources) {
    if (type !== launchTemplate) continue;
    const userData = decodeUserData(text(inputs.userData));
    const extension = userData.startsWith("<powershell>") ? "ps1" : "yaml";
    write(join("user-data", `${text(inputs.name) || name}.${extension}`), userData);
  }
  for (const { name, content, files } of plan.bundles) {
    write(join("bundles", `${name}.tar.gz`), content);
    for (const [path, text] of Object.entries(files)) write(join("bundles", name, path), text);
  }
  const { init, join: joining } = kubeadmDocuments(plan.spec);
  write("kubeadm/control-plane.yaml", documents(init));
  write("kubeadm/worker.yaml", documents(joining));
  write("kubelet.yaml", documents(init.filter(({ kind }) => kind === "KubeletConfiguration")));

  const earlier = readManifest(directory);
  removeStale(
    directory,
    earlier.filter((path) => !written.has(path)),
  );
  writeFileSync(join(directory, manifest), `${[...written].sort().join("\n")}\n`);
}

/** Files of the earlier plan. Ignores paths that leave the folder: the list may have been edited. */
function readManifest(directory: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(join(directory, manifest), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return text.split("\n").filter((path) => path !== "" && !isAbsolute(path) && !path.split(/[\\/]/).includes(".."));
}

/** Removes files, and folders that become empty. */
function removeStale(directory: string, paths: readonly string[]): void {
  for (const path of paths) {
    rmSync(join(directory, path), { force: true });
    for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
      try {
        rmdirSync(join(directory, folder));
      } catch {
        // Not empty, or already removed.
        break;
      }
    }
  }
}

const documents = (list: readonly Document[]): string => list.map(renderYaml).join("---\n");
