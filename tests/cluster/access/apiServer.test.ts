/** What settings of access make a real API server do: whom it takes, what it refuses, what it takes up by itself. */
import { readFileSync } from "node:fs";
import { admissionObjects } from "../../../components/access/admission/admission.plan";
import { keySet } from "../../../components/access/serviceAccounts/jwks.plan";
import { parseSettings } from "../../../stacks/settings";
import { specOf } from "../../specs";
import { stackConfig, stackNames } from "../../stacks/settingsSupport";
import { ApiServer, type ClusterObject, type Reply, type Subject, collectionOf } from "./apiServer";
import { Authority } from "./authority";
import { type JsonService, OidcIssuer, tokenService } from "./services";

const whoami = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
interface User {
  readonly username: string;
  readonly groups?: string[];
  readonly uid?: string;
  readonly extra?: Record<string, string[]>;
}

let server: ApiServer;
let outside: Authority;
let proxies: Authority;
let corporate: OidcIssuer;
let partner: OidcIssuer;
let tokens: JsonService;
let access: { authentication: { oidc: Record<string, object> }; admission: object; encryption: object };

const bearer = (token: string): Subject => ({ headers: { authorization: `Bearer ${token}` } });
async function userOf(subject: Subject): Promise<User | number> {
  const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  const { status, body } = await server.request(subject, "POST", path, whoami);
  return status === 201 ? (body as { status: { userInfo: User } }).status.userInfo : status;
}
const messageOf = ({ body }: Reply): string => (body as { message?: string }).message ?? "";
const namespace = (name: string, labels: object = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});

const policies = {
  "pinned-images": {
    match: [{ resources: ["pods"] }],
    variables: { images: "object.spec.containers.map(c, c.image)" },
    validations: [
      { expression: "variables.images.all(i, i.contains('@sha256:'))", message: "images are pinned by digest" },
    ],
  },
};

beforeAll(async () => {
  server = await ApiServer.create();
  outside = new Authority(server.path("outside"), "outside");
  proxies = new Authority(server.path("proxies"), "proxies");
  corporate = await OidcIssuer.start(outside);
  partner = await OidcIssuer.start(outside);
  tokens = await tokenService(outside, { wanda: { username: "ldap:wanda", groups: ["ldap:operators"] } });
  const certificateAuthority = outside.pem;
  access = {
    authentication: {
      oidc: {
        corporate: {
          url: corporate.url,
          certificateAuthority,
          audiences: ["kubernetes", "kubernetes-old"],
          username: { expression: "claims.email" },
          groups: { expression: "claims.?roles.orValue([])" },
          uid: { claim: "sub" },
          extra: { "example.com/department": "claims.?department.orValue('none')" },
          requiredClaims: { hd: "example.com" },
          claimRules: [{ expression: "claims.email_verified == true", message: "the address is not verified" }],
          userRules: [{ expression: "user.username != 'corporate:root@example.com'", message: "root is nobody" }],
        },
      },
      ...{
        webhook: { url: tokens.url, certificateAuthority, cacheSeconds: 0 },
        proxy: { certificateAuthority: proxies.pem, allowedNames: ["gateway"] },
      },
    },
    admission: { policies },
    encryption: {},
  };
  await server.configure(access);
}, 1_800_000);

afterAll(async () => {
  await server.destroy();
  for (const service of [corporate.service, partner.service, tokens]) await service.stop();
});

describe("an issuer's token", () => {
  const claims = { sub: "7", email: "otto@example.com", email_verified: true, hd: "example.com", roles: ["dev"] };
  beforeAll(async () => {
    // Its keys are fetched after the server has started.
    const knows = async () => typeof (await userOf(bearer(corporate.token(claims)))) === "object";
    await server.waitFor(30, "the issuer", knows);
  });

  test("names a user by the mappings, with the issuer's prefix on names and groups", async () => {
    expect(
      await userOf(bearer(corporate.token({ ...claims, aud: "kubernetes-old", department: "ops" }))),
    ).toMatchObject({
      username: "corporate:otto@example.com",
      groups: ["corporate:dev", "system:authenticated"],
      uid: "7",
      extra: { "example.com/department": ["ops"] },
    });
  });

  test.each([
    ["for another audience", { aud: "other" }],
    ["that has ended", { exp: 1_700_000_000 }],
    ["without the claim that is required", { hd: "example.org" }],
    ["with an address that nobody has verified", { email_verified: false }],
    ["of a user whom a rule refuses", { email: "root@example.com" }],
    ["without a name", { email: undefined }],
    ["of another issuer", { iss: "https://other.example" }],
  ])("%s is not taken", async (_what, change) => {
    expect(await userOf(bearer(corporate.token({ ...claims, ...change })))).toBe(401);
  });

  test("cannot name one of Kubernetes' own", async () => {
    const token = corporate.token({ ...claims, email: "system:admin", roles: ["system:masters"] });
    expect(await userOf(bearer(token))).toMatchObject({
      username: "corporate:system:admin",
      groups: ["corporate:system:masters", "system:authenticated"],
    });
  });

  test("of a second issuer is taken a moment after the settings have it, without a restart", async () => {
    const token = bearer(partner.token({ sub: "9" }));
    expect(await userOf(token)).toBe(401);
    const { url } = partner;
    const issuer = {
      ...{ url, certificateAuthority: outside.pem },
      audiences: ["kubernetes"],
      username: { claim: "sub" },
    };
    server.installConfig({
      ...access,
      authentication: { ...access.authentication, oidc: { ...access.authentication.oidc, partner: issuer } },
    });
    await server.waitFor(90, "the second issuer", async () => typeof (await userOf(token)) === "object");
    expect(await userOf(token)).toMatchObject({ username: "partner:9" });
  }, 120_000);
});

describe("others", () => {
  const headers = { "x-remote-user": "paula", "x-remote-group": "auditors" };

  test("a service knows tokens that nobody else does", async () => {
    expect(await userOf(bearer("wanda"))).toMatchObject({
      username: "ldap:wanda",
      groups: ["ldap:operators", "system:authenticated"],
    });
    expect(await userOf(bearer("nobody"))).toBe(401);
  });

  test("a proxy vouches for users by header", async () => {
    const certificate = proxies.issue("gateway", { name: "gateway" });
    expect(await userOf({ certificate, headers })).toMatchObject({
      username: "paula",
      groups: ["auditors", "system:authenticated"],
    });
  });

  test("another name of the proxy's authority vouches for nobody, and is nobody itself", async () => {
    const certificate = proxies.issue("other", { name: "other" });
    expect(await userOf({ certificate, headers })).toBe(401);
    expect(await userOf({ certificate })).toBe(401);
  });

  test("a user of the cluster's own vouches for nobody", async () => {
    const certificate = server.authority.issue("gateway", { name: "gateway" });
    expect(await userOf({ certificate, headers })).toMatchObject({
      username: "gateway",
      groups: ["system:authenticated"],
    });
  });

  test("a certificate of a stranger's authority is nobody's", async () => {
    const certificate = outside.issue("anna", { name: "anna", groups: ["system:masters"] });
    expect(await userOf({ certificate })).toBe(401);
  });

  test("neither basic authentication nor none at all is anybody", async () => {
    const basic = Buffer.from("admin:admin").toString("base64");
    expect(await userOf({ headers: { authorization: `Basic ${basic}` } })).toBe(401);
    expect(await userOf({})).toBe(401);
  });
});

test("service accounts' tokens name the published issuer, AWS and a key that is published", async () => {
  await server.create(namespace("apps"), {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "csi", namespace: "apps" },
  });
  const ask = async (audiences?: string[]) => {
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences } };
    const path = "/api/v1/namespaces/apps/serviceaccounts/csi/token";
    const { body } = await server.request(server.admin, "POST", path, request);
    const { token } = (body as { status: { token: string } }).status;
    const [header, payload] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
    return { token, header: JSON.parse(header ?? "") as { kid: string }, claims: JSON.parse(payload ?? "") as object };
  };
  const published = keySet([readFileSync(server.path("kubernetes/pki/sa.pub"), "utf8")]);
  const forAws = await ask(["sts.amazonaws.com"]);
  expect(forAws.claims).toMatchObject({
    iss: "https://issuer.example",
    aud: ["sts.amazonaws.com"],
    sub: "system:serviceaccount:apps:csi",
  });
  expect((JSON.parse(published) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)).toEqual([
    forAws.header.kid,
  ]);
  // What is in S3 is what the API server itself would say.
  const own = await server.request(server.admin, "GET", "/openid/v1/jwks");
  expect(own.body).toEqual(JSON.parse(published));
  const discovery = await server.request(server.admin, "GET", "/.well-known/openid-configuration");
  expect(discovery.body).toMatchObject({
    issuer: "https://issuer.example",
    jwks_uri: "https://issuer.example/openid/v1/jwks",
  });
  // Who takes a token that was made for AWS to the API server is not let in with it.
  expect(await userOf(bearer(forAws.token))).toBe(401);
  const forApi = await ask();
  expect(await userOf(bearer(forApi.token))).toMatchObject({ username: "system:serviceaccount:apps:csi" });
});

describe("admission", () => {
  const image = `registry.example/app@sha256:${"0".repeat(64)}`;
  const pod = (container: object, spec: object = {}) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "app" },
    spec: { containers: [{ name: "app", image, ...container }], ...spec },
  });
  const create = (name: string, body: object) =>
    server.request(server.admin, "POST", `/api/v1/namespaces/${name}/pods?dryRun=All`, body);

  beforeAll(async () => {
    const account = (name: string) => ({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "default", namespace: name },
    });
    await server.create(namespace("plain"), account("plain"), account("kube-system"));
    await server.create(
      ...(admissionObjects(
        specOf({ name: "blue", access: { admission: { policies } } }).access.admission,
      ) as readonly ClusterObject[]),
    );
    await server.waitFor(
      30,
      "the policy",
      async () => (await create("plain", pod({ image: "app:latest" }))).status === 422,
    );
  });

  test("a namespace that says nothing takes baseline pods, and warns of what is not restricted", async () => {
    expect((await create("plain", pod({}))).status).toBe(201);
    const reply = await create("plain", pod({ securityContext: { privileged: true } }));
    expect(reply.status).toBe(403);
    expect(messageOf(reply)).toContain('violates PodSecurity "baseline:latest": privileged');
    expect((await create("plain", pod({}, { hostNetwork: true }))).status).toBe(403);
  });

  test("kube-system takes what the cluster itself needs", async () => {
    expect((await create("kube-system", pod({ securityContext: { privileged: true } }))).status).toBe(201);
  });

  test("policies of the settings hold, but not in kube-system", async () => {
    const reply = await create("plain", pod({ image: "app:latest" }));
    expect(messageOf(reply)).toContain("images are pinned by digest");
    expect((await create("kube-system", pod({ image: "app:latest" }))).status).toBe(201);
  });

  test("a policy whose CEL does not fit is refused by the server that compiles it", async () => {
    const broken = {
      wrong: {
        ...policies["pinned-images"],
        variables: {},
        validations: [{ expression: "object.spec.replicas + 'x' == 1 + 'x'", message: "no" }],
      },
    };
    const [policy] = admissionObjects(
      specOf({ name: "blue", access: { admission: { policies: broken } } }).access.admission,
    );
    const path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All";
    const reply = await server.request(server.admin, "POST", path, policy);
    expect(reply.status).toBe(422);
    expect(messageOf(reply)).toContain("no matching overload");
  });

  test.each(stackNames)("the policies of stack %s compile", async (stack) => {
    const parsed = parseSettings(stackConfig(stack));
    const objects = parsed.ok ? admissionObjects(parsed.spec.access.admission) : [];
    for (const object of objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicy")) {
      const reply = await server.request(server.admin, "POST", `${collectionOf(object)}?dryRun=All`, object);
      expect([object.metadata.name, reply.status, reply.body]).toEqual([object.metadata.name, 201, expect.anything()]);
    }
  });

  test("external addresses of services, by which anybody's traffic could be taken, are refused", async () => {
    const reply = await server.request(server.admin, "POST", "/api/v1/namespaces/plain/services?dryRun=All", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "thief" },
      spec: { ports: [{ port: 443 }], externalIPs: ["1.1.1.1"] },
    });
    expect(reply.status).toBe(403);
    expect(messageOf(reply)).toContain("external IPs");
  });
});
