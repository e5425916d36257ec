/** Wanted members: read from the parameter, or those that were read last. */
import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

let aws: FakeAws;
let machine: FakeMachine;
let parameter: string | undefined;
beforeEach(async () => {
  aws = await FakeAws.start();
  aws.answer = () =>
    parameter === undefined
      ? { status: 503 }
      : { body: JSON.stringify({ Parameters: [{ Name: "/holdfast/blue/members", Value: parameter }] }) };
  machine = new FakeMachine(machines.etcd, {}, aws.environment);
});
afterEach(() => aws.stop());

const members = (etcd: readonly string[], controlPlane = etcd): string =>
  JSON.stringify({ "control-plane": controlPlane, etcd });
const run = async (script: string): Promise<readonly string[]> =>
  (await machine.run(script)).stdout.split("\n").filter((line) => line !== "");

test("replaces the former members", async () => {
  parameter = members(["a"], ["a", "b", "c"]);
  expect(await run("read_members; wanted_members etcd; wanted_members control-plane")).toEqual(["a", "a", "b", "c"]);
});

test.each([
  ["cannot be read", undefined],
  ["is invalid", "none"],
  ["has no member", members([])],
])("keeps the former members if the parameter %s", async (_, value) => {
  parameter = value;
  expect(await run("read_members || echo failed; wanted_members etcd")).toEqual(["failed", "a", "b", "c"]);
});

test("endpoints, other members and the first cluster are those of wanted members", async () => {
  machine.wantMembers(["a", "b", "e"]);
  const url = (letter: string, port: number): string => `https://etcd-${letter}.blue.internal:${port}`;
  expect(await run('etcd_client; echo "$ETCDCTL_ENDPOINTS"; other_members name; initial_cluster')).toEqual([
    ["a", "b", "e"].map((letter) => url(letter, 2379)).join(),
    "a",
    "e",
    ["a", "b", "e"].map((letter) => `${letter}=${url(letter, 2380)}`).join(),
  ]);
});

test.each([
  [["a", "b", "c"], "stays"],
  [["a"], "leaves"],
  // In doubt: a member that only stops keeps its vote.
  [undefined, "stays"],
])("with wanted members %j, member b %s", async (wanted, expected) => {
  parameter = wanted && members(wanted);
  machine.wantMembers(["a"]);
  expect(await run("if leaves; then echo leaves; else echo stays; fi")).toEqual([expected]);
});

test.each([
  ["stacked", ["control-plane-a", "control-plane-b"]],
  ["external", ["control-plane-a", "control-plane-b", "etcd-a"]],
])("members that hold etcd's authority with topology %s", async (topology, holders) => {
  machine = new FakeMachine(machines.etcd, { etcd: { topology } });
  machine.wantMembers(["a"], ["a", "b"]);
  const control = ["control-plane-a", "control-plane-b"];
  expect(JSON.parse((await run("rotation_members")).join(""))).toEqual({
    ...{ kubernetes: control, frontProxy: control, serviceAccount: control },
    etcd: holders,
  });
});
