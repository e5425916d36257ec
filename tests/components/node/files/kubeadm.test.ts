import { issuerPlaceholder } from "../../../../components/access/serviceAccounts/issuerFlags.plan";
import { kubeadmDocuments } from "../../../../components/node/kubeadm.plan";
import { FakeMachine, machines, stacked } from "../nodeSupport";

describe("kubeadm's documents", () => {
  const identity = {
    INSTANCE_ID: "i-0123456789abcdef0",
    INSTANCE_IP: "10.0.0.11",
    INSTANCE_ZONE: "eu-central-1a",
    INSTANCE_TYPE: "m6i.large",
  };
  interface Registered {
    readonly kind: string;
    readonly localAPIEndpoint?: { advertiseAddress: string };
    readonly nodeRegistration: { name: string; taints?: unknown; kubeletExtraArgs: { name: string; value: string }[] };
    readonly etcd?: unknown;
    readonly bootstrapTokens?: { token: string; ttl: string }[];
  }
  async function documents(node: (typeof machines)[keyof typeof machines], script: string): Promise<Registered[]> {
    const { stdout } = await new FakeMachine(node).run(script, identity);
    return stdout
      .split("---\n")
      .filter(Boolean)
      .map((text) => JSON.parse(text) as Registered);
  }
  const withIssuer = (url: string) =>
    JSON.parse(JSON.stringify(kubeadmDocuments(stacked).init[1]).replaceAll(issuerPlaceholder, url)) as object;
  const argument = (document: Registered | undefined, name: string) =>
    document?.nodeRegistration.kubeletExtraArgs.find((candidate) => candidate.name === name)?.value;

  test("a member registers with its instance ID", async () => {
    const [init, cluster] = await documents(machines.controlPlane, "kubeadm_documents init .");
    expect(init).toMatchObject({
      localAPIEndpoint: { advertiseAddress: "10.0.0.11" },
      nodeRegistration: { name: identity.INSTANCE_ID },
    });
    expect(argument(init, "node-ip")).toBe("10.0.0.11");
    expect(argument(init, "provider-id")).toBe("aws:///eu-central-1a/i-0123456789abcdef0");
    expect(argument(init, "node-labels")).toContain("holdfast.dev/member=a,");
    expect(cluster).toEqual(withIssuer("https://issuer.example"));
  });

  test("an API server uses the members of external etcd in node.json", async () => {
    const etcdEndpoints = ["https://etcd-a.blue.internal:2379"];
    const node = { ...machines.controlPlane, etcdEndpoints };
    const { stdout } = await new FakeMachine(node).run("kubeadm_documents init .", identity);
    expect(JSON.parse(stdout.split("---\n")[2] ?? "")).toMatchObject({
      etcd: { external: { endpoints: etcdEndpoints } },
    });
  });

  test("clients reconnect at times, unless there is only one member", async () => {
    const flags = async (wanted: readonly string[]): Promise<string> => {
      const machine = new FakeMachine(machines.controlPlane);
      machine.wantMembers(wanted);
      return (await machine.run("kubeadm_documents init .", identity)).stdout;
    };
    expect([await flags(["a", "b", "c"]), await flags(["a"])].map((text) => text.includes("goaway-chance"))).toEqual([
      true,
      false,
    ]);
  });

  test("etcd certificates contain the member's DNS name; nothing else changes", async () => {
    const [, cluster] = await documents(machines.etcd, "etcd_certificate_documents");
    const etcd = {
      local: {
        dataDir: "/var/lib/etcd",
        serverCertSANs: ["etcd-b.blue.internal"],
        peerCertSANs: ["etcd-b.blue.internal"],
      },
    };
    expect(cluster).toEqual({ ...withIssuer(""), etcd });
  });

  test("a worker has its pool's labels, taints and maxPods", async () => {
    const [join] = await documents(
      machines.worker,
      'kubeadm_documents join ".discovery.file.kubeConfigPath = \\"/k\\""',
    );
    expect(join).toMatchObject({
      discovery: { file: { kubeConfigPath: "/k" } },
      nodeRegistration: { taints: machines.worker.pool.taints },
    });
    expect(argument(join, "max-pods")).toBe("58");
    expect(argument(join, "node-labels")).toBe(
      "holdfast.dev/pool=general,team=a,topology.kubernetes.io/region=eu-central-1,topology.kubernetes.io/zone=eu-central-1a,node.kubernetes.io/instance-type=m6i.large",
    );
  });

  test("tokens have kubeadm's form, are random, and expire", async () => {
    const [init] = await documents(machines.controlPlane, 'kubeadm_documents init . | with_token "$(new_token)"');
    expect(init?.bootstrapTokens).toMatchObject([
      { token: expect.stringMatching(/^[a-z0-9]{6}\.[a-z0-9]{16}$/) as string, ttl: "7200s" },
    ]);
    const { stdout } = await new FakeMachine(machines.worker).run(
      "new_token; new_token; token_secret abcdef.0123456789abcdef",
    );
    const [first, second, ...secret] = stdout.split("\n");
    expect(first).not.toBe(second);
    const { stringData } = JSON.parse(secret.join("\n")) as { stringData: Record<string, string> };
    expect(stringData).toMatchObject({ "token-id": "abcdef", "token-secret": "0123456789abcdef" });
    expect(Date.parse(stringData["expiration"] ?? "") - Date.now()).toBeGreaterThan(7_000_000);
  });
});
