import { FakeMachine, machines } from "../nodeSupport";

const chains = ["PREROUTING", "OUTPUT", "POSTROUTING"] as const;

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine(machines.controlPlane);
  // One file per chain and table; without -t, the table is filter.
  machine.stub(
    "iptables",
    `shift 2
    table=filter
    [ "$1" != -t ] || { table=$2 && shift 2; }
    rules="$HOME/rules-$table-$2"
    case $1 in
      -I) { echo "$*" && cat "$rules" 2>/dev/null; } >"$rules.new"; mv "$rules.new" "$rules" ;;
      -D) sed -i "$3d" "$rules" ;;
      -L) cat -n "$rules" ;;
    esac`,
  );
  machine.stub("kubectl", `echo '{"endpoints":[{"conditions":{"ready":true},"addresses":["10.0.0.11","10.0.0.12"]}]}'`);
  machine.stub("curl", "exit 0");
});

const run = (script: string) => machine.run(`INSTANCE_IP=10.0.0.11\n${script}`);

test("connections go to another member, once", async () => {
  for (let time = 0; time < 2; time++) expect(await run("start_api_redirect")).toMatchObject({ code: 0 });
  const comment = "-m comment --comment holdfast-api-redirect\n";
  expect(chains.map((chain) => machine.read(`rules-nat-${chain}`))).toEqual([
    `-I PREROUTING -p tcp -d 10.0.0.11 --dport 6443 -j DNAT --to-destination 10.0.0.12:6443 ${comment}`,
    `-I OUTPUT -p tcp -d 10.0.0.11 --dport 6443 -j DNAT --to-destination 10.0.0.12:6443 ${comment}`,
    `-I POSTROUTING -p tcp -d 10.0.0.12 --dport 6443 -m conntrack --ctstate DNAT -j MASQUERADE ${comment}`,
  ]);
});

test("a second start keeps a working redirect, because kubectl needs it while this machine's API server is stopped", async () => {
  machine.stub(
    "kubectl",
    `[ ! -e "$HOME/api-stopped" ] || [ -s "$HOME/rules-nat-OUTPUT" ] || exit 1
    echo '{"endpoints":[{"conditions":{"ready":true},"addresses":["10.0.0.11","10.0.0.12"]}]}'`,
  );
  const { code } = await run(`start_api_redirect\ntouch "$HOME/api-stopped"\nstart_api_redirect`);
  expect(code).toBe(0);
  for (const chain of chains) expect(machine.read(`rules-nat-${chain}`)).toContain("10.0.0.12");
});

test("a redirect to a member that is not ready is replaced", async () => {
  for (const chain of chains)
    machine.write(`rules-nat-${chain}`, "-j DNAT --to-destination 10.0.0.13:6443 --comment holdfast-api-redirect\n");
  machine.stub("curl", `case "$*" in *10.0.0.11*) exit 7 ;; esac`);
  expect(await run("start_api_redirect")).toMatchObject({ code: 0 });
  expect(machine.read("rules-nat-PREROUTING")).toMatch(/^.*10\.0\.0\.12:6443.*\n$/);
});

test("without another ready member, the log says that connections are not redirected", async () => {
  machine.stub("kubectl", "exit 1");
  expect(await run("start_api_redirect")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("API connections are not redirected: no other member is ready") as string,
  });
});

test("stopping removes all of its rules, and no others", async () => {
  const kept = "-j KUBE-SERVICES\n";
  const own = "-j DNAT -m comment --comment holdfast-api-redirect\n";
  for (const chain of chains) machine.write(`rules-nat-${chain}`, `${own}${kept}${own}`);
  machine.write("rules-filter-OUTPUT", own);
  expect(await run("stop_api_redirect")).toMatchObject({ code: 0 });
  for (const chain of chains) expect(machine.read(`rules-nat-${chain}`)).toBe(kept);
  expect(machine.read("rules-filter-OUTPUT")).toBe(own);
});

test("stopping succeeds if the table cannot be read", async () => {
  machine.stub("iptables", "exit 3");
  expect(await run("stop_api_redirect\necho continued")).toMatchObject({ code: 0, stdout: "continued\n" });
});
