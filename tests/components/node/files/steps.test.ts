import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { FakeAws } from "./awsSupport";
import { FakeMachine, filesDirectory, machines } from "../nodeSupport";

const sha256 = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");

describe("step asset", () => {
  const archive = gzipSync(
    createTar([
      { name: "release/tool", data: "#!/bin/bash\necho tool\n" },
      { name: "release/other", data: "other" },
    ]),
  );
  let server: Server;
  let served: Record<string, Uint8Array | string>;
  let requests: string[];
  beforeEach(async () => {
    served = { "/tool": "binary", "/release.tgz": archive };
    requests = [];
    server = createServer((request, response) => {
      requests.push(request.url ?? "");
      const body = served[request.url ?? ""];
      response.writeHead(body === undefined ? 404 : 200);
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  function machineWith(asset: { path: string; sha256: string; binary?: string; members?: unknown }) {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${asset.path}`;
    const listed = [{ name: "tool", directory: "/opt/bin", url, ...asset }];
    const cluster = { assets: { worker: { amd64: listed, arm64: listed } } };
    const machine = new FakeMachine(machines.worker, cluster);
    const run = () => machine.run(["steps/asset", "tool"], { HOLDFAST_PREFIX: machine.path("root") });
    const installed = () =>
      machine.run(`cd "${machine.path("root/opt/bin")}"; stat -c '%n %a' .[!.]* * 2>/dev/null || true`);
    return { machine, run, installed };
  }

  test("installs a binary once", async () => {
    const { run, installed } = machineWith({ path: "/tool", sha256: sha256("binary"), binary: "tool" });
    expect((await run()).code).toBe(0);
    expect((await installed()).stdout).toBe("tool 755\n");
    expect(await run()).toMatchObject({
      code: 0,
      output: expect.stringContaining("tool is already installed") as string,
    });
    expect(requests).toEqual(["/tool"]);
  });

  test("reinstalls a changed file", async () => {
    const { machine, run } = machineWith({ path: "/tool", sha256: sha256("binary"), binary: "tool" });
    await run();
    writeFileSync(machine.path("root/opt/bin/tool"), "something longer");
    await run();
    expect(machine.read("root/opt/bin/tool")).toBe("binary");
  });

  test("refuses a wrong checksum and leaves nothing", async () => {
    const { run, installed } = machineWith({ path: "/tool", sha256: "0".repeat(64), binary: "tool" });
    const { code, output } = await run();
    expect([code, output]).toEqual([
      1,
      expect.stringContaining(`expected SHA-256 ${"0".repeat(64)}, got ${sha256("binary")}`),
    ]);
    expect((await installed()).stdout).toBe("");
  });

  test("reports a failed download", async () => {
    const { run } = machineWith({ path: "/missing", sha256: sha256("binary"), binary: "tool" });
    const { code, output } = await run();
    expect([code, output]).toEqual([1, expect.stringMatching(/download of .*\/missing failed/)]);
  });

  test.each<[string, unknown]>([
    ["tool 755\n", ["release/tool"]],
    ["release 755\n", "*"],
  ])("installs an archive's members: %j", async (expected, members) => {
    const { run, installed } = machineWith({ path: "/release.tgz", sha256: sha256(archive), members });
    expect((await run()).code).toBe(0);
    expect((await installed()).stdout).toBe(expected);
  });
});

describe("etcd-join", () => {
  const listed = ["b", "c"].map(
    (name) =>
      `1${name}, started, ${name}, https://etcd-${name}.blue.internal:2380, https://etcd-${name}.blue.internal:2379, false`,
  );
  const own = "https://etcd-a.blue.internal:2380";
  let machine: FakeMachine;
  const members = (lines: readonly string[]) => {
    machine.write("members", `${lines.join("\n")}\n`);
  };
  beforeEach(() => {
    machine = new FakeMachine(machines.controlPlane);
    machine.record("systemctl");
    machine.stub(
      "etcdctl",
      `echo "$* @$ETCDCTL_ENDPOINTS" >>"$HOME/etcdctl"
case "$1 $2" in
  "lock "*) shift 4; exec "$@" ;;
  "endpoint health") [[ $ETCDCTL_ENDPOINTS != *"$(cat "$HOME/down")"* ]] ;;
  "endpoint status") exit 1 ;;
  "get /") echo '"Revision" : 2000000000005' ;;
  "member list") [[ $* != *json* ]] && cat "$HOME/members" || echo '{"members": [{"name": "a"}]}' ;;
  "member add") echo "1n, unstarted, , ${own}, , true" >>"$HOME/members" ;;
  "member remove") sed -i "/^$3,/d" "$HOME/members" ;;
esac`,
    );
    machine.write("down", "none");
  });
  const join = () =>
    machine.run(["bin/etcd-join", "a", own], {
      HOLDFAST_ETC: machine.path("etc"),
      HOLDFAST_ETCD: machine.path("etcd"),
    });
  const changes = () => machine.lines("etcdctl").flatMap((line) => /^(?:member [ar][^@]*|snapshot)/.exec(line) ?? []);

  test("takes a snapshot, removes the stale member and adds a learner", async () => {
    members([...listed, `1a, started, a, ${own}, x, false`]);
    expect((await join()).code).toBe(0);
    expect(changes()).toEqual(["snapshot", "member remove 1a ", `member add a --learner --peer-urls ${own} `]);
    expect(machine.read("etc/etcd/initial.env")).toBe(
      `ETCD_INITIAL_CLUSTER=b=https://etcd-b.blue.internal:2380,c=https://etcd-c.blue.internal:2380,a=${own}
ETCD_INITIAL_CLUSTER_STATE=existing\nETCD_INITIAL_CLUSTER_TOKEN=blue\n`,
    );
    expect(machine.lines("calls")).toEqual(["systemctl start --no-block etcd.service"]);
    // Generation of the other members, derived from their revision.
    expect(machine.read("etcd/data/generation")).toBe("3\n");
  });

  test("adds a member without an entry", async () => {
    members(listed);
    expect((await join()).code).toBe(0);
    expect(changes()).toEqual(["snapshot", `member add a --learner --peer-urls ${own} `]);
  });

  test("changes nothing during a restore, which may write the data", async () => {
    members([...listed, `1a, started, a, ${own}, x, false`]);
    machine.stub("flock", "exit 1");
    expect((await join()).code).toBe(1);
    expect(changes()).toEqual([]);
  });

  test("keeps data that a restore has written meanwhile, and the entry", async () => {
    members([...listed, `1a, started, a, ${own}, x, false`]);
    machine.stub("flock", 'mkdir -p "$HOLDFAST_ETCD/data/member"');
    expect((await join()).code).toBe(0);
    expect(changes()).toEqual([]);
    expect(existsSync(machine.path("etc/etcd/initial.env"))).toBe(false);
  });

  test("waits for a quorum of the others", async () => {
    members(listed);
    machine.write("down", "etcd-c");
    const joining = join();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(changes()).toEqual([]);
    machine.write("down", "none");
    expect((await joining).code).toBe(0);
    expect(changes().join()).toContain("member add a");
  });

  test("of five members, one other may be down", async () => {
    const five = ["b", "c", "d", "e"].map(
      (name) => `1${name}, started, ${name}, https://etcd-${name}:2380, https://etcd-${name}:2379, false`,
    );
    members([...five, `1a, started, a, ${own}, https://etcd-a:2379, false`]);
    machine.write("down", "etcd-e:2379");
    expect((await join()).code).toBe(0);
  });
});

test("install_file sets mode and `changed`", async () => {
  const machine = new FakeMachine(machines.worker);
  const { stdout } = await machine.run(`
    for content in one one two; do
      install_file "$HOME/a/b" 0640 <<<"$content"
      echo "$changed $(stat -c %a "$HOME/a/b") $(ls -A "$HOME/a") $(<"$HOME/a/b")"
    done`);
  expect(stdout).toBe("1 640 b one\n0 640 b one\n1 640 b two\n");
});

test.each(["mktemp", "cat", "chmod", "mv"])(
  "install_file keeps the old file if %s fails, also in a condition",
  async (command) => {
    const machine = new FakeMachine(machines.worker);
    machine.stub(command, "echo half; exit 1");
    machine.write("a/b", "whole\n");
    const { stdout } = await machine.run(`
    install_file "$HOME/a/b" 0640 <<<other && echo installed
    echo "$(ls -A "$HOME/a") $(<"$HOME/a/b")"`);
    expect(stdout).not.toContain("installed");
    expect(stdout.split("\n").at(-2)).toBe("b whole");
  },
);

describe("step data-volume", () => {
  const device = "/dev/null";
  async function mounting(stubs: Readonly<Record<string, string>>) {
    const aws = await FakeAws.start();
    const machine = new FakeMachine(machines.controlPlane, {}, aws.environment);
    machine.stub("readlink", `[ "$1" = -f ] && [[ $2 == /dev/* ]] && echo ${device} || exec /usr/bin/readlink "$@"`);
    machine.record("mkfs.ext4", "e2fsck", "mount");
    machine.ownFolder("bin");
    machine.write("home/current/bin/grow-data-volume", '#!/bin/bash\necho grow-data-volume >>"$HOME/calls"\n', 0o755);
    for (const command of ["mkdir", "chmod", "chown"])
      machine.stub(command, `[[ $* == */var/lib/etcd* ]] || exec /usr/bin/${command} "$@"`);
    machine.stub("mountpoint", '[ "$1" = -x ] && echo 259:1');
    for (const [command, script] of Object.entries(stubs)) machine.stub(command, script);
    const script = readFileSync(`${filesDirectory}/steps/data-volume`, "utf8").replaceAll(
      '[ -b "$candidate" ]',
      "true",
    );
    machine.ownFolder("steps");
    machine.write("home/current/steps/data-volume", script, 0o755);
    const result = await machine.run(["steps/data-volume"]);
    const calls = machine.lines("calls");
    await aws.stop();
    return { ...result, calls };
  }

  test("waits until another machine releases the volume, also after its credentials expired", async () => {
    const aws = await FakeAws.start();
    const machine = new FakeMachine(machines.etcd, {}, aws.environment);
    const path = "iam/security-credentials/node";
    const { [path]: renewed } = aws.metadata;
    const expired = JSON.stringify({ AccessKeyId: "ASIAEXPIRED", SecretAccessKey: "x", Token: "y" });
    let reads = 0;
    Object.defineProperty(aws.metadata, path, { get: () => (reads++ === 0 ? expired : renewed) });
    const described = [
      { body: "<attachmentSet><item><instanceId>i-0fedcba9876543210</instanceId></item></attachmentSet>" },
      { body: "<attachmentSet/>" },
    ];
    aws.answer = ({ body }) => {
      if (body.includes("Action=AttachVolume")) machine.write("attached", "");
      return described.shift() ?? {};
    };
    const script = readFileSync(`${filesDirectory}/steps/data-volume`, "utf8")
      .replaceAll('[ -b "$candidate" ]', '[ -e "$HOME/attached" ]')
      .replace(/^# Blank only[^]*/m, "");
    machine.ownFolder("steps");
    machine.write("home/current/steps/data-volume", script, 0o755);
    const { code, output } = await machine.run(["steps/data-volume"]);
    await aws.stop();
    expect([code, reads]).toEqual([0, 2]);
    expect(output).toContain("vol-0fedcba9876543210 is still attached to i-0fedcba9876543210");
    expect(output).toContain("DescribeVolumes vol-0fedcba9876543210: HTTP 403 SignatureDoesNotMatch");
  });

  test("formats a blank volume", async () => {
    const { code, calls } = await mounting({
      blkid: '[ -e "$HOME/calls" ] && { [[ $* == *LABEL* ]] && echo etcd-a; exit 0; }; exit 2',
      wipefs: "exit 0",
    });
    expect(code).toBe(0);
    expect(calls.map((line) => line.split(" ")[0])).toEqual(["mkfs.ext4", "e2fsck", "mount", "grow-data-volume"]);
    expect(calls[0]).toBe(`mkfs.ext4 -q -m 0 -L etcd-a ${device}`);
  });

  test("never formats a volume with a file system", async () => {
    const { code, calls } = await mounting({
      blkid: "[[ $* == *LABEL* ]] && echo etcd-a || echo ext4",
      wipefs: "exit 0",
    });
    expect([code, calls.join().includes("mkfs")]).toEqual([0, false]);
  });

  test("never formats a volume with any signature", async () => {
    const { code, calls, output } = await mounting({ blkid: "exit 2", wipefs: "echo 0x1018 LVM2_member" });
    expect([code, calls]).toEqual([1, []]);
    expect(output).toContain("has no file system but is not blank: 0x1018 LVM2_member");
  });

  test("does not mount another member's volume", async () => {
    const { code, calls, output } = await mounting({
      blkid: "[[ $* == *LABEL* ]] && echo etcd-b || echo ext4",
      wipefs: "exit 0",
    });
    expect([code, calls]).toEqual([1, []]);
    expect(output).toContain("has label 'etcd-b', expected 'etcd-a'");
  });
});
