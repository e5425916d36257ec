import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { stringify } from "yaml";

import { kubeadmDocuments } from "../../components/node/kubeadm";
import type { Document } from "../../components/node/kubeadm";
import type { Plan } from "../plan";
import type { Comparison } from "../report/comparison/changes";
import { text } from "../report/facts";
import { renderReport } from "../report/html/renderReport";
import type { ReportedPlan } from "../report/reportedPlan";
import { decodeUserData } from "../report/userData";

const launchTemplate = "aws:ec2/launchTemplate:LaunchTemplate";

/**
 * Lays a plan down for people to look into: `report.html`, `plan.json`, `user-data/<group>.yaml`, `bundle/…` with the
 * archive beside it, and what kubeadm and kubelet are configured with. Files that are there already are overwritten.
 */
export function writePlan(directory: string, plan: Plan, plain: ReportedPlan, comparison?: Comparison): void {
  const write = (path: string, content: string | Buffer): void => {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    // A plan may be written with its secrets.
    writeFileSync(file, content, { mode: path === "plan.json" ? 0o600 : 0o644 });
  };
  write("report.html", renderReport(plain, comparison));
  write("plan.json", `${JSON.stringify(plain, undefined, 2)}\n`);
  for (const { inputs, name, type } of plan.resources) {
    if (type !== launchTemplate) continue;
    write(join("user-data", `${text(inputs.name) || name}.yaml`), decodeUserData(text(inputs.userData)));
  }
  write("bundle.tar.gz", plan.bundle.content);
  for (const [path, text] of Object.entries(plan.bundle.files)) write(join("bundle", path), text);
  const { init, join: joining } = kubeadmDocuments(plan.spec);
  write("kubeadm/control-plane.yaml", documents(init));
  write("kubeadm/worker.yaml", documents(joining));
  write("kubelet.yaml", documents(init.filter(({ kind }) => kind === "KubeletConfiguration")));
}

const documents = (list: readonly Document[]): string => list.map((document) => stringify(document)).join("---\n");
