/** What a member leaves in the kernel's nat table while another one answers for it, and how that goes away. */
import { readFileSync } from "node:fs";
import { FakeMachine, machines } from "../nodeSupport";

const chains = ["PREROUTING", "OUTPUT", "POSTROUTING"] as const;

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine(machines.controlPlane, {});
  // Each chain of each table is a file; a command for a table that is not named is one for another table.
  machine.stub(
    "iptables",
    `shift 2
    table=filter
    [ "$1" != -t ] || { table=$2 && shift 2; }
    rules="${machine.path("rules")}-$table-$2"
    case $1 in
      -I) { echo "$*" && cat "$rules" 2>/dev/null; } >"$rules.new"; mv "$rules.new" "$rules" ;;
      -D) sed -i "$3d" "$rules" ;;
      -L) cat -n "$rules" ;;
    esac`,
  );
  machine.stub("kubectl", `echo '{"endpoints":[{"conditions":{"ready":true},"addresses":["10.0.0.11","10.0.0.12"]}]}'`);
  machine.stub("curl", "exit 0");
});

const run = (what: string) =>
  machine.run(`. "$HOLDFAST/lib/handover.sh"\nexport STEP=test INSTANCE_IP=10.0.0.11\n${what}`);
const rules = (table: string, chain: string): string => readFileSync(machine.path(`rules-${table}-${chain}`), "utf8");

test("a member that restarts has another one answer, once", async () => {
  for (let time = 0; time < 2; time++) expect(await run("hand_over")).toMatchObject({ code: 0 });
  expect(chains.map((chain) => rules("nat", chain))).toEqual([
    "-I PREROUTING -p tcp -d 10.0.0.11 --dport 6443 -j DNAT --to-destination 10.0.0.12:6443 -m comment --comment holdfast-handover\n",
    "-I OUTPUT -p tcp -d 10.0.0.11 --dport 6443 -j DNAT --to-destination 10.0.0.12:6443 -m comment --comment holdfast-handover\n",
    "-I POSTROUTING -p tcp -d 10.0.0.12 --dport 6443 -m conntrack --ctstate DNAT -j MASQUERADE -m comment --comment holdfast-handover\n",
  ]);
});

test("what it has put there goes away, however often it is there, and nothing else", async () => {
  const kept = "-j KUBE-SERVICES\n";
  const own = "-j DNAT -m comment --comment holdfast-handover\n";
  for (const chain of chains) machine.write(`rules-nat-${chain}`, `${own}${kept}${own}`);
  machine.write("rules-filter-OUTPUT", own);
  expect(await run("take_back")).toMatchObject({ code: 0 });
  for (const chain of chains) expect(rules("nat", chain)).toBe(kept);
  expect(rules("filter", "OUTPUT")).toBe(own);
});

test("there is nothing to take back where the table cannot be read", async () => {
  machine.stub("iptables", "exit 3");
  expect(await run("take_back\necho went on")).toMatchObject({ code: 0, stdout: "went on\n" });
});
