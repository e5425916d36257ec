import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

const sha256 = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");

describe("assets", () => {
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

  function fetching(asset: { path: string; sha256: string; binary?: string; members?: unknown }) {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${asset.path}`;
    const listed = [{ name: "tool", directory: "/opt/bin", url, ...asset }];
    const cluster = { assets: { worker: { amd64: listed, arm64: listed } } };
    const machine = new FakeMachine(machines.worker, cluster);
    const run = () => machine.run(["steps/asset", "tool"], { HOLDFAST_PREFIX: machine.path("root") });
    const installed = () =>
      machine.run(`cd "${machine.path("root/opt/bin")}"; stat -c '%n %a' .[!.]* * 2>/dev/null || true`);
    return { machine, run, installed };
  }

  test("a binary that is what it should be is put in place, and not fetched again", async () => {
    const { run, installed } = fetching({ path: "/tool", sha256: sha256("binary"), binary: "tool" });
    expect((await run()).code).toBe(0);
    expect((await installed()).stdout).toBe("tool 755\n");
    expect(await run()).toMatchObject({ code: 0, output: expect.stringContaining("tool is in place") as string });
    expect(requests).toEqual(["/tool"]);
  });

  test("a file that was changed afterwards is fetched again", async () => {
    const { machine, run } = fetching({ path: "/tool", sha256: sha256("binary"), binary: "tool" });
    await run();
    writeFileSync(machine.path("root/opt/bin/tool"), "something longer");
    await run();
    expect(readFileSync(machine.path("root/opt/bin/tool"), "utf8")).toBe("binary");
  });

  test("another file than the promised one is refused and leaves nothing", async () => {
    const { run, installed } = fetching({ path: "/tool", sha256: "0".repeat(64), binary: "tool" });
    const { code, output } = await run();
    expect([code, output]).toEqual([
      1,
      expect.stringContaining(`is not the file with SHA-256 ${"0".repeat(64)} but ${sha256("binary")}`),
    ]);
    expect((await installed()).stdout).toBe("");
  });

  test("what is not there is named", async () => {
    const { run } = fetching({ path: "/missing", sha256: sha256("binary"), binary: "tool" });
    const { code, output } = await run();
    expect([code, output]).toEqual([1, expect.stringMatching(/\/missing cannot be fetched/)]);
  });

  test("an archive's members, without their folder", async () => {
    const { run, installed } = fetching({ path: "/release.tgz", sha256: sha256(archive), members: ["release/tool"] });
    expect((await run()).code).toBe(0);
    expect((await installed()).stdout).toBe("tool 755\n");
  });

  test("a whole archive", async () => {
    const { run, installed } = fetching({ path: "/release.tgz", sha256: sha256(archive), members: "*" });
    expect((await run()).code).toBe(0);
    expect((await installed()).stdout).toBe("release 755\n");
  });
});

describe("a blank volume in a living cluster", () => {
  const dnsNames = ["a", "b", "c"].map((name) => ({ name, dnsName: `etcd-${name}.blue.internal` }));
  const cluster = { etcd: { members: dnsNames, clientUrls: dnsNames.map(({ dnsName }) => `https://${dnsName}:2379`) } };
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
    machine = new FakeMachine(machines.controlPlane, cluster);
    machine.stub("systemctl", 'echo "$*" >>"$HOME/systemctl"');
    machine.stub(
      "etcdctl",
      `echo "$* @$ETCDCTL_ENDPOINTS" >>"$HOME/calls"
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
    machine.write("down", "nobody");
  });
  const join = () =>
    machine.run(["bin/join-etcd", "a", own], {
      HOLDFAST_ETC: machine.path("etc"),
      HOLDFAST_ETCD: machine.path("etcd"),
    });
  const changes = async () =>
    (await machine.run(`grep -o '^member [ar][^@]*\\|^snapshot' "$HOME/calls" || true`)).stdout;

  test("a copy first, then the stale member goes and a learner comes", async () => {
    members([...listed, `1a, started, a, ${own}, x, false`]);
    expect((await join()).code).toBe(0);
    expect(await changes()).toBe(`snapshot\nmember remove 1a \nmember add a --learner --peer-urls ${own} \n`);
    expect(readFileSync(machine.path("etc/etcd/initial.env"), "utf8")).toBe(
      `ETCD_INITIAL_CLUSTER=b=https://etcd-b.blue.internal:2380,c=https://etcd-c.blue.internal:2380,a=${own}
ETCD_INITIAL_CLUSTER_STATE=existing\nETCD_INITIAL_CLUSTER_TOKEN=blue\n`,
    );
    expect(readFileSync(machine.path("systemctl"), "utf8")).toBe("start --no-block etcd.service\n");
    // The generation that the others live in, told by their revision.
    expect(readFileSync(machine.path("etcd/data/generation"), "utf8")).toBe("3\n");
  });

  test("a member whose entry is gone already is only added", async () => {
    members(listed);
    expect((await join()).code).toBe(0);
    expect(await changes()).toBe(`snapshot\nmember add a --learner --peer-urls ${own} \n`);
  });

  test("while a restore is under way nothing is changed: it may bring this member its data", async () => {
    members([...listed, `1a, started, a, ${own}, x, false`]);
    machine.stub("flock", "exit 1");
    expect((await join()).code).toBe(1);
    expect(await changes()).toBe("");
  });

  test("data that a restore has brought meanwhile stays, and so does its member", async () => {
    members([...listed, `1a, started, a, ${own}, x, false`]);
    machine.stub("flock", 'mkdir -p "$HOLDFAST_ETCD/data/member"');
    expect((await join()).code).toBe(0);
    expect(await changes()).toBe("");
    expect(existsSync(machine.path("etc/etcd/initial.env"))).toBe(false);
  });

  test("while another member is down nothing is changed; then it goes on by itself", async () => {
    members(listed);
    machine.write("down", "etcd-c");
    const joining = join();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await changes()).toBe("");
    machine.write("down", "nobody");
    expect((await joining).code).toBe(0);
    expect(await changes()).toContain("member add a");
  });

  test("of five members, another may be down as well as long as the rest is a majority without this one", async () => {
    const five = ["b", "c", "d", "e"].map(
      (name) => `1${name}, started, ${name}, https://etcd-${name}:2380, https://etcd-${name}:2379, false`,
    );
    members([...five, `1a, started, a, ${own}, https://etcd-a:2379, false`]);
    machine.write("down", "etcd-e:2379");
    expect((await join()).code).toBe(0);
  });
});

test("files are written whole, with their mode, and a change is known", async () => {
  const machine = new FakeMachine(machines.worker, {});
  const { stdout } = await machine.run(`
    for content in one one two; do
      install_file "$HOME/a/b" 0640 <<<"$content"
      echo "$changed $(stat -c %a "$HOME/a/b") $(ls -A "$HOME/a") $(<"$HOME/a/b")"
    done`);
  expect(stdout).toBe("1 640 b one\n0 640 b one\n1 640 b two\n");
});

test.each(["mktemp", "cat", "chmod", "mv"])(
  "a file stays as it is where %s fails, also below a condition",
  async (command) => {
    const machine = new FakeMachine(machines.worker, {});
    machine.stub(command, "echo half; exit 1");
    machine.write("a/b", "whole\n");
    const { stdout } = await machine.run(`
    install_file "$HOME/a/b" 0640 <<<other && echo installed
    echo "$(ls -A "$HOME/a") $(<"$HOME/a/b")"`);
    expect(stdout).not.toContain("installed");
    expect(stdout.split("\n").at(-2)).toBe("b whole");
  },
);

describe("the data volume", () => {
  const device = "/dev/null";
  async function mounting(stubs: Readonly<Record<string, string>>) {
    const aws = await FakeAws.start();
    const machine = new FakeMachine(machines.controlPlane, {}, aws.environment);
    const recorded = 'echo "${0##*/} $*" >>"$HOME/calls"';
    machine.stub("readlink", `[ "$1" = -f ] && [[ $2 == /dev/* ]] && echo ${device} || exec /usr/bin/readlink "$@"`);
    for (const command of ["mkfs.ext4", "e2fsck", "mount", "resize2fs", "mkdir", "chmod"]) {
      machine.stub(
        command,
        command === "mkdir" || command === "chmod"
          ? `[[ $* == */var/lib/etcd* ]] || exec /usr/bin/${command} "$@"`
          : recorded,
      );
    }
    machine.stub("mountpoint", '[ "$1" = -x ] && echo 259:1');
    for (const [command, script] of Object.entries(stubs)) machine.stub(command, script);
    const script = readFileSync(`${machine.path("home/current/steps")}/volume`, "utf8").replaceAll(
      '[ -b "$candidate" ]',
      "true",
    );
    machine.ownFolder("steps");
    machine.write("home/current/steps/volume", script, 0o755);
    const result = await machine.run(["steps/volume"]);
    const calls = (await machine.run('cat "$HOME/calls" 2>/dev/null || true')).stdout;
    await aws.stop();
    return { ...result, calls };
  }

  test("a blank one gets a file system under the member's label", async () => {
    const { code, calls } = await mounting({
      blkid: '[ -e "$HOME/calls" ] && { [[ $* == *LABEL* ]] && echo etcd-a; exit 0; }; exit 2',
      wipefs: "exit 0",
    });
    expect(code).toBe(0);
    expect(calls.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "mkfs.ext4",
      "e2fsck",
      "mount",
      "resize2fs",
      "",
    ]);
    expect(calls).toContain(`mkfs.ext4 -q -m 0 -L etcd-a ${device}`);
  });

  test("one with a file system is never formatted", async () => {
    const { code, calls } = await mounting({
      blkid: "[[ $* == *LABEL* ]] && echo etcd-a || echo ext4",
      wipefs: "exit 0",
    });
    expect([code, calls.includes("mkfs")]).toEqual([0, false]);
  });

  test("in doubt, nothing is formatted", async () => {
    const { code, calls, output } = await mounting({ blkid: "exit 2", wipefs: "echo 0x1018 LVM2_member" });
    expect([code, calls]).toEqual([1, ""]);
    expect(output).toContain("has no file system but is not blank: 0x1018 LVM2_member");
  });

  test("another member's volume is not mounted", async () => {
    const { code, calls, output } = await mounting({
      blkid: "[[ $* == *LABEL* ]] && echo etcd-b || echo ext4",
      wipefs: "exit 0",
    });
    expect([code, calls]).toEqual([1, ""]);
    expect(output).toContain("is labelled 'etcd-b', not 'etcd-a'");
  });
});
