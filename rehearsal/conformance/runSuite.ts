/** Runs Kubernetes' conformance suite on a rehearsed cluster. */
import { spawn } from "node:child_process";
import { createWriteStream, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { RehearsedCluster } from "../drills/rehearsedCluster";
import { inNamespace } from "../machines/namespaces";
import { startRegistry } from "../services/registry";
import type { MachineStatus } from "../supervisor/status";
import { serviceAddresses } from "../services/serviceAddresses";
import { suiteRegistry } from "./images.plan";
import { type SuiteTest, parseReport } from "./report.plan";

export interface SuitePrograms {
  /** Folder of the suite and its runner. */
  readonly suite: string;
  /** Path of the registry's program. */
  readonly registry: string;
  /** Folder of the images. */
  readonly images: string;
}

export interface SuiteOptions {
  /** Regular expression of names. Default: all tests. */
  readonly focus?: string | undefined;
  /** Tests at a time. */
  readonly processes: number;
  readonly onProgress: (progress: SuiteProgress) => void;
}

export interface SuiteProgress {
  readonly done: number;
  /** Undefined until the suite has started. */
  readonly total: number | undefined;
  readonly failed: number;
}

/** Port of the registry beside the rehearsed AWS. */
const registryPort = 5050;
const hostsFolder = `/etc/containerd/certs.d/${suiteRegistry}`;

/** @throws if the suite did not start: the log has the reason */
export async function runSuite(
  cluster: RehearsedCluster,
  { suite, registry: program, images }: SuitePrograms,
  { focus, processes, onProgress }: SuiteOptions,
): Promise<readonly SuiteTest[]> {
  const { namespace, kubeconfig, machines } = await cluster.refresh();
  const { paths } = cluster.client;
  const { conformance } = paths;
  const at = { address: serviceAddresses.awsApi, port: registryPort, namespace };
  /** Machines that pull from the registry. */
  const using: MachineStatus[] = [];
  const registry = await startRegistry({ program, directory: paths.service("registry"), images, ...at });
  try {
    const server = `http://${at.address}:${at.port}`;
    const hosts = `server = "${server}"\\ncapabilities = ["pull", "resolve"]\\n`;
    for (const machine of machines) {
      // Fails if the stack has a mirror of this registry, which would lack the images.
      await cluster.runOn(machine, `mkdir -p ${dirname(hostsFolder)} && mkdir ${hostsFolder}`);
      using.push(machine);
      await cluster.runOn(machine, `printf '${hosts}' >${hostsFolder}/hosts.toml`);
    }
    const argv = [
      ...[
        join(suite, "ginkgo"),
        `--procs=${processes}`,
        "--no-color",
        "-v",
        "--timeout=12h",
        "--label-filter=Conformance",
      ],
      ...(focus === undefined ? [] : [`--focus=${focus}`]),
      ...[`--json-report=${basename(conformance.report)}`, `--output-dir=${dirname(conformance.report)}`],
      ...[join(suite, "e2e.test"), "--"],
      ...[`--kubeconfig=${kubeconfig ?? ""}`, "--provider=skeleton"],
    ];
    rmSync(conformance.report, { force: true });
    await follow(inNamespace(namespace, argv), conformance.log, onProgress);
    return parseReport(reportText(conformance.report, conformance.log));
  } finally {
    await registry.stop();
    for (const machine of using) await cluster.runOn(machine, `rm -r ${hostsFolder}`).catch(() => undefined);
  }
}

function reportText(file: string, log: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`the suite wrote no report; ${log} has the reason`, { cause: error });
  }
}

/** Runs the suite to its end, whatever its exit code: the report has the failures. */
async function follow(argv: readonly string[], log: string, onProgress: SuiteOptions["onProgress"]): Promise<void> {
  const [command = "", ...args] = argv;
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const file = createWriteStream(log);
  child.stderr.pipe(file, { end: false });
  let progress: SuiteProgress = { done: 0, total: undefined, failed: 0 };
  for await (const line of createInterface({ input: child.stdout })) {
    file.write(`${line}\n`);
    const next = advance(progress, line);
    if (next !== progress) onProgress(next);
    progress = next;
  }
  file.end();
}

/** Progress after a line of ginkgo's output: `Will run 3 of 7341 specs`, and a bullet at the end of each test. */
export function advance(progress: SuiteProgress, line: string): SuiteProgress {
  const total = /^Will run (\d+) of \d+ specs/.exec(line)?.[1];
  if (total !== undefined) return { ...progress, total: Number(total) };
  const ended = /^• (\[(?:FAILED|PANICKED|TIMEDOUT|INTERRUPTED)\])?/.exec(line);
  if (ended === null) return progress;
  return { ...progress, done: progress.done + 1, failed: progress.failed + (ended[1] === undefined ? 0 : 1) };
}
