/** Configuration files of the API server, and shipping of its audit records. */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type Answer, type Call, FakeAws } from "./awsSupport";
import { FakeMachine, machines } from "../nodeSupport";

jest.setTimeout(30_000);

describe("step api-server-config", () => {
  const encryption = (keys: readonly { name: string; secret: string }[]) => ({
    resources: [{ providers: [{ secretbox: { keys } }] }],
  });
  const template = encryption([
    { name: "2", secret: "@KEY:2@" },
    { name: "1", secret: "@KEY:1@" },
  ]);
  function machine(cluster: object): FakeMachine {
    const made = new FakeMachine(machines.controlPlane, cluster);
    made.ownFolder("config");
    made.write("home/current/config/apiserver/authentication.yaml", "kind: AuthenticationConfiguration\n");
    made.write("kubernetes/pki/front-proxy-ca.crt", "own\n");
    made.write("kubernetes/pki/encryption/1.key", "b25l\n", 0o600);
    made.write("kubernetes/pki/encryption/2.key", "dHdv", 0o600);
    return made;
  }

  test("installs configuration files and fills in keys, for root alone", async () => {
    const made = machine({ encryption: template });
    expect(await made.run(["steps/api-server-config"])).toMatchObject({ code: 0 });
    expect(made.read("kubernetes/apiserver/authentication.yaml")).toBe("kind: AuthenticationConfiguration\n");
    expect(JSON.parse(made.read("kubernetes/apiserver/encryption.json"))).toEqual(
      encryption([
        { name: "2", secret: "dHdv" },
        { name: "1", secret: "b25l" },
      ]),
    );
    for (const name of ["authentication.yaml", "encryption.json"])
      expect(statSync(made.path(`kubernetes/apiserver/${name}`)).mode & 0o777).toBe(0o600);
    expect(existsSync(made.path("kubernetes/apiserver/requestheader-ca.crt"))).toBe(false);
  });

  test("trusts an authenticating proxy beside the aggregation layer", async () => {
    const made = machine({ encryption: null });
    made.write("home/current/config/apiserver/proxy-ca.crt", "proxy\n");
    expect(await made.run(["steps/api-server-config"])).toMatchObject({ code: 0 });
    expect(made.read("kubernetes/apiserver/requestheader-ca.crt")).toBe("own\nproxy\n");
    expect(existsSync(made.path("kubernetes/apiserver/encryption.json"))).toBe(false);
  });

  test("fails for a missing key, and names it", async () => {
    const made = machine({ encryption: template });
    rmSync(made.path("kubernetes/pki/encryption/2.key"));
    const { code, output } = await made.run(["steps/api-server-config"]);
    expect(code).not.toBe(0);
    expect(output).toContain("@KEY:2@ is missing");
  });
});

describe("ship-audit-logs", () => {
  let aws: FakeAws;
  let refused: Answer | undefined;
  const sent: { logStreamName: string; logEvents: { timestamp: number; message: string }[] }[] = [];
  const record = (id: number, at = "2026-11-21T12:00:00") =>
    `${JSON.stringify({ auditID: String(id), stageTimestamp: `${at}.123456Z`, user: "ä" })}\n`;
  const ids = () =>
    sent.flatMap(({ logEvents }) =>
      logEvents.map(({ message }) => (JSON.parse(message) as { auditID: string }).auditID),
    );

  beforeAll(async () => {
    aws = await FakeAws.start();
    aws.answer = ({ headers, body }: Call) => {
      const target = String(headers["x-amz-target"]);
      if (target === "Logs_20140328.CreateLogStream") {
        return { status: 400, body: JSON.stringify({ __type: "ResourceAlreadyExistsException" }) };
      }
      if (target !== "Logs_20140328.PutLogEvents") return { status: 404 };
      if (refused !== undefined) return refused;
      sent.push(JSON.parse(body) as (typeof sent)[number]);
      return { body: "{}" };
    };
  });
  afterAll(() => aws.stop());

  function machine(): {
    made: FakeMachine;
    folder: string;
    ship: () => Promise<{ code: number | undefined; output: string }>;
  } {
    const made = new FakeMachine(machines.controlPlane, { auditLogGroup: "/holdfast/blue/audit" }, aws.environment);
    const folder = made.path("audit");
    mkdirSync(folder);
    sent.length = 0;
    refused = undefined;
    return { made, folder, ship: () => made.run(["bin/ship-audit-logs", "--once"], { HOLDFAST_AUDIT: folder }) };
  }

  test("sends complete records once, in order", async () => {
    const { folder, ship } = machine();
    const log = `${folder}/audit.log`;
    writeFileSync(log, record(2, "2026-11-21T12:00:01") + record(1) + record(3, "2026-11-21T12:00:02").slice(0, 20));
    expect(await ship()).toMatchObject({ code: 0 });
    expect(ids()).toEqual(["1", "2"]);
    expect(sent[0]).toMatchObject({
      logGroupName: "/holdfast/blue/audit",
      logStreamName: "i-0123456789abcdef0",
      logEvents: [{ timestamp: Date.parse("2026-11-21T12:00:00.123Z") }, {}],
    });
    appendFileSync(log, record(3, "2026-11-21T12:00:02").slice(20));
    expect(await ship()).toMatchObject({ code: 0 });
    expect(await ship()).toMatchObject({ code: 0 });
    expect(ids()).toEqual(["1", "2", "3"]);
  });

  test("continues in a rotated file", async () => {
    const { folder, ship } = machine();
    writeFileSync(`${folder}/audit.log`, record(1));
    await ship();
    appendFileSync(`${folder}/audit.log`, record(2));
    renameSync(`${folder}/audit.log`, `${folder}/audit-2026-11-21T12-00-00.000.log`);
    writeFileSync(`${folder}/audit.log`, record(3));
    expect(await ship()).toMatchObject({ code: 0 });
    expect(ids()).toEqual(["1", "2", "3"]);
  });

  test("reads new credentials in time, also while records never stop", async () => {
    const { made, folder } = machine();
    let reads = 0;
    const path = "iam/security-credentials/node";
    const credentials = aws.metadata[path];
    Object.defineProperty(aws.metadata, path, { configurable: true, get: () => (reads++, credentials) });
    made.stub(
      "sleep",
      `echo '${record(1).trim()}' >>"$HOLDFAST_AUDIT/audit.log"
      echo >>"$HOME/rounds"; [ "$(wc -l <"$HOME/rounds")" -lt 12 ] || kill "$PPID"
      exec /usr/bin/sleep 0.3`,
    );
    await made.run(["bin/ship-audit-logs"], { HOLDFAST_AUDIT: folder, CREDENTIALS_SECONDS: "1" });
    Object.defineProperty(aws.metadata, path, {
      configurable: true,
      writable: true,
      enumerable: true,
      value: credentials,
    });
    expect(ids().length).toBeGreaterThan(8);
    // Twelve rounds take more than three seconds.
    expect(reads).toBeGreaterThan(3);
  });

  test("retries after a failure", async () => {
    const { folder, ship } = machine();
    writeFileSync(`${folder}/audit.log`, record(1));
    refused = { status: 503, body: "down" };
    expect((await ship()).output).toContain("PutLogEvents: HTTP 503");
    expect(ids()).toEqual([]);
    refused = undefined;
    await ship();
    expect(ids()).toEqual(["1"]);
  });

  test("skips records that CloudWatch refuses", async () => {
    const { folder, ship } = machine();
    writeFileSync(`${folder}/audit.log`, record(1));
    refused = { status: 400, body: JSON.stringify({ __type: "InvalidParameterException" }) };
    expect((await ship()).output).toContain("InvalidParameterException");
    refused = undefined;
    appendFileSync(`${folder}/audit.log`, record(2));
    await ship();
    expect(ids()).toEqual(["2"]);
  });

  test("starts with the oldest file if the saved one is gone, and logs the gap", async () => {
    const { folder, made, ship } = machine();
    made.write("state/audit-position", "999999999 5\n");
    writeFileSync(`${folder}/audit.log`, record(7));
    expect((await ship()).output).toContain("rotated away before they were sent");
    expect(ids()).toEqual(["7"]);
  });

  test("splits many records into several requests", async () => {
    const { folder, ship } = machine();
    const long = "x".repeat(100_000);
    const lines = Array.from({ length: 10 }, (_, id) => `${record(id).trimEnd().slice(0, -1)},"long":"${long}"}\n`);
    writeFileSync(`${folder}/audit.log`, lines.join(""));
    expect(await ship()).toMatchObject({ code: 0 });
    expect(sent.length).toBe(2);
    expect(ids()).toEqual(lines.map((_, id) => String(id)));
  });

  test("skips records over CloudWatch's limit, and logs it", async () => {
    const { folder, ship } = machine();
    const long = `${record(1).trimEnd().slice(0, -1)},"long":"${"x".repeat(800_000)}"}`;
    writeFileSync(`${folder}/audit.log`, long);
    expect(await ship()).toMatchObject({ code: 0 });
    appendFileSync(`${folder}/audit.log`, `\n${record(2)}`);
    expect((await ship()).output).toContain("too long for CloudWatch");
    expect(ids()).toEqual(["2"]);
  });
});
