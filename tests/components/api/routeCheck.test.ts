import { type LocalNetwork, findRouteProblem } from "../../../components/api/routeCheck";
import { tunnelCommand } from "../../../components/api/tunnel.plan";
import { specOf } from "../../specs";

const notFound = Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
const noAnswer = Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" });
const facing = { name: "k8s.example.com", hostedZoneId: "Z0123456789ABCDEFGHIJ", allowedCidrs: ["203.0.113.0/24"] };
const command = tunnelCommand("prod");

/** Machine whose resolver gives these results in order, then the last one. Returns the problem and the resolved names. */
async function check(
  settings: object,
  results: readonly (Error | undefined)[],
  addresses = ["192.168.1.20"],
  tunnel?: string,
) {
  const names: string[] = [];
  const network: LocalNetwork = {
    resolve: (name) => {
      names.push(name);
      const result = results[Math.min(names.length, results.length) - 1];
      return result === undefined ? Promise.resolve() : Promise.reject(result);
    },
    addresses: () => addresses,
    pause: () => Promise.resolve(),
  };
  const problem = await findRouteProblem({ spec: specOf({ name: "blue", ...settings }), tunnel, command }, network);
  return { problem, names };
}

const subnets = Object.fromEntries(
  ["a", "b", "c"].map((zone) => [`eu-central-1${zone}`, `subnet-0000000000000000${zone}`]),
);
const existing = {
  network: { vpc: { source: "existing", id: "vpc-00000000000000001", cidr: "10.9.0.0/16", privateSubnets: subnets } },
};

test("a name that does not exist is a problem before the first run, with the ways to reach the API", async () => {
  const { problem, names } = await check({}, [notFound]);
  expect(names).toEqual(["api.blue.holdfast.internal"]);
  expect(problem).toMatch(/cannot reach the Kubernetes API: api\.blue\.holdfast\.internal .* does not resolve here/);
  for (const way of ["npx holdfast tunnel prod pulumi up --stack prod", "VPN", "api.allowedCidrs", "api.public"])
    expect(problem).toContain(way);
});

test("an address of the new VPC's range is no evidence: a home network may have the same range", async () => {
  expect((await check({ network: { vpc: { cidr: "192.168.0.0/16" } } }, [notFound])).problem).toBeDefined();
});

test.each<[string, object, string[], string | undefined]>([
  ["a tunnel", {}, [], "http://127.0.0.1:4000"],
  ["a public address", { api: { public: facing } }, [], undefined],
  ["no objects inside the cluster", { addons: { enabled: false } }, [], undefined],
  ["no wait", { addons: { apiTimeoutMinutes: 0 } }, [], undefined],
  ["a machine in an existing VPC", existing, ["10.9.3.4"], undefined],
  [
    "a machine in an allowed range of an existing VPC",
    { ...existing, api: { allowedCidrs: ["10.1.0.0/16"] } },
    ["10.1.0.9"],
    undefined,
  ],
])("with %s the name is not looked up", async (_case, settings, addresses, tunnel) => {
  expect(await check(settings, [notFound], addresses, tunnel)).toEqual({ problem: undefined, names: [] });
});

test("a machine that resolves the name is inside, or has a VPN", async () => {
  expect((await check({}, [undefined])).problem).toBeUndefined();
  expect((await check(existing, [undefined])).problem).toBeUndefined();
});

test("an existing VPC is out of reach for other addresses", async () => {
  expect((await check(existing, [notFound], ["10.10.0.1"])).problem).toMatch(/cannot reach/);
});

test("a resolver that does not answer is asked three times", async () => {
  expect(await check({}, [noAnswer, noAnswer, undefined])).toMatchObject({ problem: undefined });
  const { problem, names } = await check({}, [noAnswer]);
  expect([problem === undefined, names.length]).toEqual([false, 3]);
});
