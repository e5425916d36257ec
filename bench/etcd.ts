/** Backup and restore scripts, compared with manual commands. `npm run bench:etcd [-- runs]` (default 3); see README.md. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runMain } from "../cli/program";
import { prepareAssets } from "../rehearsal/assets";
import {
  type EtcdMachine,
  stopCluster,
  startCluster,
  makeCertificates,
  waitUntilServing,
} from "../tests/programs/etcdScripts/members";
import { removeMachines } from "../tests/components/node/nodeSupport";
import { median } from "./measure";

const GiB = 2 ** 30;
/** Limits of the ratios of the medians. */
const limits = { backup: 1.3, restore: 1.5 };

/** Writes objects of 100 KiB, half repetitive and half random, through etcd's JSON gateway. */
const fill = `
import base64, json, os, random, ssl, urllib.request
secure = ssl.create_default_context(cafile=os.environ["ETCDCTL_CACERT"])
secure.load_cert_chain(os.environ["ETCDCTL_CERT"], os.environ["ETCDCTL_KEY"])
text = lambda value: base64.b64encode(value.encode()).decode()
repeated = '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","labels":{"app":"web"}}}' * 640
for group in range(${Math.ceil(GiB / (100 << 10) / 8)}):
    puts = [{"requestPut": {"key": text(f"/registry/pods/p{group:05d}-{i}"), "value": text(repeated + "%x" % random.getrandbits(200000))}} for i in range(8)]
    request = urllib.request.Request(os.environ["ETCDCTL_ENDPOINTS"] + "/v3/kv/txn", json.dumps({"success": puts}).encode())
    urllib.request.urlopen(request, context=secure).read()
`;

async function measure(machine: EtcdMachine, script: string, timeoutMs = 300_000): Promise<number> {
  const started = performance.now();
  const { code, output } = await machine.run(script, {}, timeoutMs);
  if (code !== 0) throw new Error(output);
  return (performance.now() - started) / 1000;
}

async function main(): Promise<number> {
  const runs = Number(process.argv[2] ?? 3);
  const assets = await prepareAssets({ kubernetesVersion: "1.36.3", report: () => undefined });
  const directory = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  const quota = { ETCD_QUOTA_BACKEND_BYTES: String(4 * GiB) };
  const members = await startCluster(dirname(assets.tools.etcdctl), makeCertificates(directory), quota, ["a"]);
  const [machine] = members.all as [EtcdMachine];
  const { aws } = members;
  const client = "etcd_client; export ETCDCTL_ENDPOINTS=$own_endpoint ETCDCTL_COMMAND_TIMEOUT=600s";
  const startAndServe =
    "systemctl start --no-block etcd.service; INTERVAL=0.05 wait_for 100 etcd eval 'etcdctl endpoint health >/dev/null 2>&1'";
  try {
    machine.write("fill.py", fill);
    await measure(machine, `${client}; python3 "$HOME/fill.py"`, 1_800_000);
    const durations = {
      backup: { scripts: [] as number[], manual: [] as number[] },
      restore: { scripts: [] as number[], manual: [] as number[] },
    };
    // The first backup of an hour and of a day is uploaded to three tiers; it does not count.
    const first = await measure(machine, '"$HOLDFAST/bin/etcd-backup"');
    process.stdout.write(`first backup of a day, uploaded to three tiers: ${first.toFixed(1)} s\n`);
    for (let run = 1; run <= runs; run += 1) {
      durations.backup.manual.push(
        await measure(
          machine,
          `${client}; rm -f "$HOME"/hand.db*; etcdctl snapshot save "$HOME/hand.db" 2>/dev/null; gzip --fast "$HOME/hand.db"`,
        ),
      );
      aws.objects.clear();
      durations.backup.scripts.push(await measure(machine, '"$HOLDFAST/bin/etcd-backup"'));
      const [key = ""] = aws.keys("blue/backups/all/");

      const url = '"$(s3_url "$(node .backupsBucket)" ' + key + ')"';
      durations.restore.manual.push(
        await measure(
          machine,
          `${client}; AWS_REGION=eu-central-1; cd "$HOME"; rm -rf hand.db* hand
          aws_login; aws_request s3 ${url} -o hand.db.gz; gzip -d hand.db.gz
          etcdutl snapshot restore hand.db --data-dir hand --name a --initial-cluster "$(cluster .etcd.initialCluster)" \\
            --initial-advertise-peer-urls "\${own_endpoint/2379/2380}" 2>/dev/null
          systemctl stop etcd.service; rm -rf "$data"; mv hand "$data"
          ${startAndServe}`,
        ),
      );
      aws.restore = { generation: run + 1, snapshot: key };
      durations.restore.scripts.push(
        await measure(machine, `"$HOLDFAST/bin/etcd-restore"; ${client}; ${startAndServe}`),
      );
      await measure(machine, 'rm -rf "$ETCD"/before-*');
      await waitUntilServing(members.all);
      process.stderr.write(
        `run ${run}: ${Object.entries(durations)
          .flatMap(
            ([what, { scripts, manual }]) =>
              `${what} ${scripts.at(-1)?.toFixed(1)} s, manual ${manual.at(-1)?.toFixed(1)} s`,
          )
          .join("; ")}\n`,
      );
    }
    let missed = false;
    for (const what of ["backup", "restore"] as const) {
      const [scripts, manual] = [median(durations[what].scripts), median(durations[what].manual)];
      const ratio = scripts / manual;
      process.stdout.write(
        `${what}: ${scripts.toFixed(1)} s, manual ${manual.toFixed(1)} s, ratio ${ratio.toFixed(2)} (limit ${limits[what]}), median of ${runs}\n`,
      );
      if (ratio > limits[what]) missed = true;
    }
    return missed ? 1 : 0;
  } finally {
    await stopCluster(members);
    removeMachines();
    rmSync(directory, { recursive: true, force: true });
  }
}

runMain(main);
