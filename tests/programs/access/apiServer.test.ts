/** Authentication, admission and configuration reload of a real API server with settings of `access`. */
import { readFileSync } from "node:fs";
import { admissionObjects } from "../../../components/access/admission/admission.plan";
import { keySet } from "../../../components/access/serviceAccounts/jwks.plan";
import { parseSettings } from "../../../stacks/settings";
import { specOf } from "../../specs";
import { stackConfig, stackNames } from "../../stacks/settingsSupport";
import { ApiServer, type ClusterObject, type Reply, type Subject, collectionOf } from "./apiServer";
import { Authority } from "./authority";
import { type JsonService, OidcIssuer, tokenService } from "./services";

const selfReview = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
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
let access: {
  authentication: { oidc: Record<string, object>; webhook: object; proxy: object };
  admission: object;
  encryption: object;
};

const bearer = (token: string): Subject => ({ headers: { authorization: `Bearer ${token}` } });
async function userOf(subject: Subject): Promise<User | number> {
  const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  const { status, body } = await server.request(subject, "POST", path, selfReview);
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
          userRules: [{ expression: "user.username != 'corporate:root@example.com'", message: "root is not allowed" }],
        },
      },
      webhook: { url: tokens.url, certificateAuthority, cacheSeconds: 0 },
      proxy: { certificateAuthority: proxies.pem, allowedNames: ["gateway"] },
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

describe("OpenID Connect token", () => {
  const claims = { sub: "7", email: "otto@example.com", email_verified: true, hd: "example.com", roles: ["dev"] };
  beforeAll(async () => {
    // The server fetches the issuer's keys after its start.
    const accepts = async () => typeof (await userOf(bearer(corporate.token(claims)))) === "object";
    await server.waitFor(30, "the issuer", accepts);
  });

  test("maps to a user, with the issuer's prefix on names and groups", async () => {
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
    ["that has expired", { exp: 1_700_000_000 }],
    ["with a wrong required claim", { hd: "example.org" }],
    ["with an unverified address", { email_verified: false }],
    ["of a user that a rule refuses", { email: "root@example.com" }],
    ["without a username", { email: undefined }],
    ["of another issuer", { iss: "https://other.example" }],
  ])("%s is refused", async (_case, change) => {
    expect(await userOf(bearer(corporate.token({ ...claims, ...change })))).toBe(401);
  });

  test("cannot name a system user", async () => {
    const token = corporate.token({ ...claims, email: "system:admin", roles: ["system:masters"] });
    expect(await userOf(bearer(token))).toMatchObject({
      username: "corporate:system:admin",
      groups: ["corporate:system:masters", "system:authenticated"],
    });
  });

  test("of a new issuer is accepted without a restart", async () => {
    const token = bearer(partner.token({ sub: "9" }));
    expect(await userOf(token)).toBe(401);
    const { url } = partner;
    const issuer = { url, certificateAuthority: outside.pem, audiences: ["kubernetes"], username: { claim: "sub" } };
    server.installConfig({
      ...access,
      authentication: { ...access.authentication, oidc: { ...access.authentication.oidc, partner: issuer } },
    });
    await server.waitFor(90, "the second issuer", async () => typeof (await userOf(token)) === "object");
    expect(await userOf(token)).toMatchObject({ username: "partner:9" });
  }, 120_000);
});

describe("other credentials", () => {
  const headers = { "x-remote-user": "paula", "x-remote-group": "auditors" };

  test("a webhook authenticates tokens", async () => {
    expect(await userOf(bearer("wanda"))).toMatchObject({
      username: "ldap:wanda",
      groups: ["ldap:operators", "system:authenticated"],
    });
    expect(await userOf(bearer("unknown"))).toBe(401);
  });

  test("a proxy names users in headers", async () => {
    const certificate = proxies.issue("gateway", { name: "gateway" });
    expect(await userOf({ certificate, headers })).toMatchObject({
      username: "paula",
      groups: ["auditors", "system:authenticated"],
    });
  });

  test("another certificate of the proxy's authority is refused", async () => {
    const certificate = proxies.issue("other", { name: "other" });
    expect(await userOf({ certificate, headers })).toBe(401);
    expect(await userOf({ certificate })).toBe(401);
  });

  test("headers with a client certificate of the cluster are ignored", async () => {
    const certificate = server.authority.issue("gateway", { name: "gateway" });
    expect(await userOf({ certificate, headers })).toMatchObject({
      username: "gateway",
      groups: ["system:authenticated"],
    });
  });

  test("a certificate of an unknown authority is refused", async () => {
    const certificate = outside.issue("anna", { name: "anna", groups: ["system:masters"] });
    expect(await userOf({ certificate })).toBe(401);
  });

  test("basic and anonymous requests are refused", async () => {
    const basic = Buffer.from("admin:admin").toString("base64");
    expect(await userOf({ headers: { authorization: `Basic ${basic}` } })).toBe(401);
    expect(await userOf({})).toBe(401);
  });
});

test("ServiceAccount tokens have the published issuer, the requested audience and a published key", async () => {
  await server.create(namespace("apps"), {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "csi", namespace: "apps" },
  });
  const createToken = async (audiences?: string[]) => {
    const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences } };
    const path = "/api/v1/namespaces/apps/serviceaccounts/csi/token";
    const { body } = await server.request(server.admin, "POST", path, request);
    const { token } = (body as { status: { token: string } }).status;
    const [header, payload] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
    return { token, header: JSON.parse(header ?? "") as { kid: string }, claims: JSON.parse(payload ?? "") as object };
  };
  const published = keySet([readFileSync(server.path("kubernetes/pki/sa.pub"), "utf8")]);
  const forAws = await createToken(["sts.amazonaws.com"]);
  expect(forAws.claims).toMatchObject({
    iss: "https://issuer.example",
    aud: ["sts.amazonaws.com"],
    sub: "system:serviceaccount:apps:csi",
  });
  expect((JSON.parse(published) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)).toEqual([
    forAws.header.kid,
  ]);
  // The documents in S3 match those of the API server.
  const own = await server.request(server.admin, "GET", "/openid/v1/jwks");
  expect(own.body).toEqual(JSON.parse(published));
  const discovery = await server.request(server.admin, "GET", "/.well-known/openid-configuration");
  expect(discovery.body).toMatchObject({
    issuer: "https://issuer.example",
    jwks_uri: "https://issuer.example/openid/v1/jwks",
  });
  // The API server refuses a token for AWS.
  expect(await userOf(bearer(forAws.token))).toBe(401);
  const forApi = await createToken();
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

  test("a namespace without labels enforces baseline", async () => {
    expect((await create("plain", pod({}))).status).toBe(201);
    const reply = await create("plain", pod({ securityContext: { privileged: true } }));
    expect(reply.status).toBe(403);
    expect(messageOf(reply)).toContain('violates PodSecurity "baseline:latest": privileged');
    expect((await create("plain", pod({}, { hostNetwork: true }))).status).toBe(403);
  });

  test("kube-system allows privileged pods", async () => {
    expect((await create("kube-system", pod({ securityContext: { privileged: true } }))).status).toBe(201);
  });

  test("policies of the settings apply, except in kube-system", async () => {
    const reply = await create("plain", pod({ image: "app:latest" }));
    expect(messageOf(reply)).toContain("images are pinned by digest");
    expect((await create("kube-system", pod({ image: "app:latest" }))).status).toBe(201);
  });

  test("a policy with invalid CEL is refused, by the plan first", async () => {
    const validations = [{ expression: "object.spec.replicas + 'x' == 1 + 'x'", message: "no" }];
    const wrong = { ...policies["pinned-images"], variables: {}, validations };
    expect(() => specOf({ name: "blue", access: { admission: { policies: { wrong } } } })).toThrow(/cannot be applied/);
    const { admission } = specOf({ name: "blue", access: { admission: { policies } } }).access;
    const broken = { ...admission.policies["pinned-images"], variables: {}, validations };
    const [policy] = admissionObjects({ ...admission, policies: { broken } as typeof admission.policies });
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

  test("Services with external IPs, which can intercept traffic, are refused", async () => {
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
