/** Go, Kubernetes' clients and kubeadm use `nodes.proxy`. tests/components/node/proxy.test.ts asks curl the same as Go. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proxyEnvironment, proxyVariables } from "../../../components/node/proxy.plan";
import { preparePrograms } from "../../../rehearsal/assets";
import { specOf } from "../../specs";
import { proxiedClusters } from "../../components/node/proxyDestinations";
import { Machine } from "./clusterFiles";
import { Readers } from "./readers";

const proxy = "http://proxy.example.com:3128";

test.each(proxiedClusters)(
  "with $title: Go uses the proxy for the internet alone",
  async ({ spec, through, direct }) => {
    const readers = await Readers.prepare();
    const urls = [...through, ...direct];
    const text = JSON.stringify({ environment: proxyEnvironment(spec), urls });
    const [answer] = readers.ask([{ kind: "proxy", text }]);
    expect(answer?.error).toBe("");
    const proxies = JSON.parse(answer?.text ?? "[]") as readonly string[];
    expect(urls.map((url, index) => [url, proxies[index]])).toEqual([
      ...through.map((url) => [url, proxy]),
      ...direct.map((url) => [url, ""]),
    ]);
  },
);

test("kubeadm writes the same manifests in every environment, with the variables", async () => {
  const { kubernetes } = await preparePrograms(["kubernetes"], () => undefined);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-kubeadm-"));
  const machine = new Machine();
  const spec = specOf({ name: "blue", nodes: { proxy: { http: proxy } } });
  /** Manifests in the order of their names. */
  const manifests = (environment: Readonly<Record<string, string>>): readonly string[] => {
    const directory = mkdtempSync(join(folder, "manifests-"));
    const config = join(directory, "config.yaml");
    const text = machine.files(spec).find(({ name }) => name === "kubeadm init")?.text ?? "";
    // A folder of the machine.
    writeFileSync(config, text.replace("/etc/kubernetes/patches", mkdtempSync(join(folder, "patches-"))));
    execFileSync(
      join(kubernetes, "kubeadm"),
      ["init", "phase", "control-plane", "all", "--config", config, "--dry-run"],
      { env: { PATH: process.env.PATH, KUBEADM_INIT_DRYRUN_DIR: directory, ...environment }, stdio: "pipe" },
    );
    const names = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
    return names.map((name) => readFileSync(join(directory, `${name}.yaml`), "utf8"));
  };
  try {
    const plain = manifests({});
    expect(manifests(proxyEnvironment(spec))).toEqual(plain);
    expect(manifests({ http_proxy: "http://other.example.com:1", no_proxy: ".svc" })).toEqual(plain);
    for (const manifest of plain) {
      for (const { name, value } of proxyVariables(spec)) {
        expect(manifest).toContain(`- name: ${name}\n      value: ${value}\n`);
      }
    }
  } finally {
    machine.remove();
    rmSync(folder, { recursive: true });
  }
});
