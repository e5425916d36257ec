/** Approval of kubelets' serving certificates: requests from @peculiar/x509, read by the real OpenSSL. */
import "reflect-metadata"; // required by @peculiar/x509

import { webcrypto } from "node:crypto";
import {
  Extension,
  type JsonGeneralNames,
  type JsonName,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import { FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

const node = "i-0123456789abcdef0";
const user = `system:node:${node}`;
const address = "10.0.3.17";
const dnsName = "ip-10-0-3-17.eu-central-1.compute.internal";

const instance = `<instanceId>${node}</instanceId><privateDnsName>${dnsName}</privateDnsName><dnsName/>
  <privateIpAddress>${address}</privateIpAddress>
  <networkInterfaceSet><item><privateIpAddressesSet><item><privateIpAddress>10.0.3.99</privateIpAddress>
  <association><publicIp>192.0.2.7</publicIp></association></item></privateIpAddressesSet></item></networkInterfaceSet>`;

interface Request {
  readonly names?: JsonGeneralNames;
  readonly subject?: JsonName;
  readonly extensions?: readonly Extension[];
  readonly username?: string;
  readonly groups?: readonly string[];
  readonly usages?: readonly string[];
  /** Seconds. */
  readonly age?: number;
  /** Signature of another request. */
  readonly forged?: boolean;
}

const ownNames: JsonGeneralNames = [
  { type: "dns", value: node },
  { type: "dns", value: dnsName },
  { type: "ip", value: address },
];
const ownSubject: JsonName = [{ O: ["system:nodes"] }, { CN: [user] }];
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

async function requestOf(request: Request): Promise<string> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { names = ownNames, subject = ownSubject } = request;
  const created = await Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys,
    signingAlgorithm: algorithm,
    extensions: [...(request.extensions ?? [new SubjectAlternativeNameExtension(names)])],
  });
  const der = Buffer.from(created.rawData);
  // The last byte is part of the signature.
  if (request.forged === true) der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
}

async function objectOf(name: string, request: Request): Promise<object> {
  const { username = user, groups = ["system:nodes", "system:authenticated"], age = 60 } = request;
  const { usages = ["digital signature", "server auth"] } = request;
  return {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: {
      name,
      resourceVersion: "7",
      creationTimestamp: new Date(Date.now() - age * 1000).toISOString().replace(/\.\d+/, ""),
    },
    spec: {
      signerName: "kubernetes.io/kubelet-serving",
      username,
      groups,
      usages,
      request: Buffer.from(await requestOf(request)).toString("base64"),
    },
    status: {},
  };
}

interface Answered {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly message: string }[] };
}

let aws: FakeAws;
beforeAll(async () => {
  aws = await FakeAws.start();
});
afterAll(() => aws.stop());

/** Runs the script of a member on requests. */
function approve(requests: readonly object[], member = "a", found = instance) {
  const machine = new FakeMachine(
    { ...machines.controlPlane, member: { name: member, volumeId: "vol-1" } },
    {},
    aws.environment,
  );
  machine.write("requests", requests.map((request) => JSON.stringify(request, undefined, 2)).join("\n"));
  machine.stub(
    "kubectl",
    `case "$1 $2" in
      "get certificatesigningrequests") cat "$HOME/requests" ;;
      "get --raw") cat "$HOME/current-request" ;;
      "replace --raw") echo "$3" >>"$HOME/paths"; cat >>"$HOME/answers" ;;
    esac`,
  );
  const filters: URLSearchParams[] = [];
  aws.answer = ({ body }) => {
    filters.push(new URLSearchParams(body));
    return { body: `<DescribeInstancesResponse><reservationSet>${found}</reservationSet></DescribeInstancesResponse>` };
  };
  const ended = { machine, filters, run: () => machine.run(["bin/approve-certificates"]) };
  return { ...ended, answers: () => machine.lines("answers").map((line) => JSON.parse(line) as Answered) };
}

async function verdictOf(request: Request, found = instance): Promise<string | undefined> {
  const { run, answers } = approve([await objectOf("csr-1", request)], "a", found);
  expect((await run()).code).toBe(0);
  const [{ status } = { status: { conditions: [] } }, ...more] = answers();
  expect(more).toEqual([]);
  const [condition] = status.conditions;
  return condition && `${condition.type}: ${condition.message}`;
}

const approved = "Approved: all names and addresses are those of the instance";

test.each<[string, Request]>([
  ["all of its names", {}],
  [
    "its address alone, as before the cloud controller has initialized the Node",
    { names: [{ type: "ip", value: address }] },
  ],
  [
    "a second address and a public one",
    {
      names: [
        { type: "ip", value: "10.0.3.99" },
        { type: "ip", value: "192.0.2.7" },
      ],
    },
  ],
  ["a key that also encrypts", { usages: ["key encipherment", "digital signature", "server auth"] }],
])("approved: %s", async (_case, request) => {
  expect(await verdictOf(request)).toBe(approved);
});

test.each<[string, Request, RegExp]>([
  [
    "an address of another node",
    { names: [...ownNames, { type: "ip", value: "10.0.1.5" }] },
    /10\.0\.1\.5 does not belong/,
  ],
  ["a longer address", { names: [{ type: "ip", value: "2001:db8::1" }] }, /does not belong/],
  [
    "a name of the API",
    { names: [...ownNames, { type: "dns", value: "kubernetes.default" }] },
    /kubernetes\.default does not/,
  ],
  ["a name that begins like its own", { names: [{ type: "dns", value: `${node}.example.com` }] }, /does not belong/],
  // OpenSSL prints the line break as such, and a reader of its text would miss the second name.
  [
    "a line break in a name",
    {
      names: [
        { type: "dns", value: `${node}\n` },
        { type: "dns", value: "victim" },
      ],
    },
    /does not belong/,
  ],
  ["a separator in a name", { names: [{ type: "dns", value: `${node}, DNS:${dnsName}` }] }, /does not belong/],
  ["a URI", { names: [...ownNames, { type: "url", value: "spiffe://a/b" }] }, /and nothing else/],
  ["an e-mail address", { names: [...ownNames, { type: "email", value: "a@b.c" }] }, /and nothing else/],
  ["no name", { extensions: [] }, /and nothing else/],
  [
    "two lists of names",
    {
      extensions: [
        new SubjectAlternativeNameExtension(ownNames),
        new SubjectAlternativeNameExtension([{ type: "dns", value: "victim" }]),
      ],
    },
    /and nothing else/,
  ],
  ["a name of 200 bytes", { names: [{ type: "dns", value: "a".repeat(200) }] }, /and nothing else/],
  [
    "the subject of another node",
    { subject: [{ O: ["system:nodes"] }, { CN: ["system:node:i-0fedcba9876543210"] }] },
    /subject/,
  ],
  [
    "a subject with more groups",
    { subject: [{ O: ["system:nodes"] }, { O: ["system:masters"] }, { CN: [user] }] },
    /subject/,
  ],
  ["a wrong signature", { forged: true }, /signature is wrong/],
  [
    "a user that is no node",
    { username: "system:serviceaccount:default:a", groups: ["system:authenticated"] },
    /not a node's request/,
  ],
  ["a user in no group of nodes", { groups: ["system:authenticated"] }, /not a node's request/],
  ["a Node that has no instance's name", { username: "system:node:worker-1" }, /not a node's request/],
  ["a client certificate", { usages: ["digital signature", "client auth"] }, /not a node's request/],
  ["a certificate for clients, too", { usages: ["server auth", "client auth"] }, /not a node's request/],
])("denied: %s", async (_case, request, reason) => {
  expect(await verdictOf(request)).toMatch(new RegExp(`^Denied: .*${reason.source}`));
});

test("denied: an instance that does not run in this cluster", async () => {
  const requests = [await objectOf("csr-1", {})];
  const { run, answers, filters } = approve(requests, "a", "");
  await run();
  expect(answers()[0]?.status.conditions[0]?.message).toMatch(/not a running instance of this cluster/);
  expect(Object.fromEntries(filters[0] ?? [])).toMatchObject({
    Action: "DescribeInstances",
    "Filter.1.Name": "instance-id",
    "Filter.1.Value.1": node,
    "Filter.2.Name": "tag:holdfast:cluster",
    "Filter.2.Value.1": machines.controlPlane.cluster,
    "Filter.3.Name": "instance-state-name",
  });
});

test("only open requests are answered, each as it was checked", async () => {
  const open = await objectOf("csr-open", {});
  const done = { ...(await objectOf("csr-done", {})), status: { conditions: [{ type: "Approved" }] } };
  const { machine, run, answers } = approve([done, open]);
  await run();
  expect(answers().map(({ metadata }) => metadata)).toEqual([
    expect.objectContaining({ name: "csr-open", resourceVersion: "7" }),
  ]);
  expect(machine.lines("paths")).toEqual(["/apis/certificates.k8s.io/v1/certificatesigningrequests/csr-open/approval"]);
});

test("without an answer of EC2, nothing is decided", async () => {
  const { run, answers } = approve([await objectOf("csr-1", {})]);
  aws.answer = () => ({ status: 503 });
  const { code, output } = await run();
  expect(code).not.toBe(0);
  expect(output).toContain("DescribeInstances");
  expect(answers()).toEqual([]);
});

test.each([
  ["answered by then", { status: { conditions: [{ type: "Approved" }] } }, 0],
  ["still open", {}, 1],
])("the second member waits until a request is three seconds old: %s", async (_case, changed, count) => {
  const request = await objectOf("csr-1", { age: 1 });
  const { machine, run, answers } = approve([request], "b");
  machine.write("current-request", JSON.stringify({ ...request, ...changed }));
  machine.stub("sleep", 'echo "$1" >>"$HOME/slept"');
  await run();
  expect(machine.lines("slept").map(Number)).toEqual([expect.closeTo(2, -1)]);
  expect(answers()).toHaveLength(count);
});
