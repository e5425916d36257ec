/** Whole plans of the three stacks: numbers of resources, user data size, secrets. */
import { createPrivateKey } from "node:crypto";
import { planStack, plainPlan } from "../../plan/planStack";
import type { Plan, PlannedResource } from "../../plan/planStack";
import { Secret } from "../../plan/program/secret";

const plans: Record<string, Plan> = {};

beforeAll(async () => {
  for (const stack of ["dev", "staging", "prod"]) plans[stack] = await planStack(stack);
});

function planOf(stack: string): Plan {
  const plan = plans[stack];
  if (plan === undefined) throw new Error(`stack ${stack} has no plan`);
  return plan;
}

const ofType = (plan: Plan, type: string): readonly PlannedResource[] =>
  plan.resources.filter((resource) => resource.type === type);

function userDataOf(template: PlannedResource): string {
  return Buffer.from(String(template.inputs.userData), "base64").toString();
}

/** All texts inside secrets. */
function secretTexts(value: unknown, inside = false): readonly string[] {
  if (value instanceof Secret) return secretTexts(value.value, true);
  if (typeof value === "string") return inside ? [value] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((part) => secretTexts(part, inside));
}

/** Forms in which a secret could leak: unchanged, its body on one line, in base64. */
function leakForms(secret: string): readonly string[] {
  const body = secret
    .split("\n")
    .filter((line) => !line.startsWith("-----"))
    .join("");
  return [secret.trim(), body, Buffer.from(secret).toString("base64").replace(/=+$/, "")].filter(
    (form) => form.length >= 16,
  );
}

describe.each(["dev", "staging", "prod"])("stack %s", (stack) => {
  it("has these resources", () => {
    const counts: Record<string, number> = {};
    for (const { type } of planOf(stack).resources) {
      if (/^aws:(autoscaling|ebs|ec2\/(vpc|subnet|natGateway|launchTemplate)|kms\/key|lb|s3\/bucket:)/.test(type))
        counts[type] = (counts[type] ?? 0) + 1;
    }
    expect(counts).toMatchSnapshot();
  });

  it("names the image of every launch template by its id", () => {
    const templates = ofType(planOf(stack), "aws:ec2/launchTemplate:LaunchTemplate");
    expect(templates.length).toBeGreaterThan(1);
    for (const { inputs } of templates) expect(inputs.imageId).toMatch(/^ami-[0-9a-f]{17}$/);
  });

  it("has user data under 16 KB in every launch template", () => {
    const templates = ofType(planOf(stack), "aws:ec2/launchTemplate:LaunchTemplate");
    expect(templates.length).toBeGreaterThan(1);
    for (const template of templates) expect(Buffer.byteLength(userDataOf(template))).toBeLessThan(16 * 1024);
  });

  it("has real private keys, all secret", () => {
    const keys = ofType(planOf(stack), "tls:index/privateKey:PrivateKey");
    expect(keys.length).toBeGreaterThanOrEqual(4);
    for (const { outputs } of keys) {
      const pem = outputs.privateKeyPem;
      expect(pem).toBeInstanceOf(Secret);
      expect(createPrivateKey(String((pem as Secret).value)).type).toBe("private");
    }
  });

  it("has no secret in user data, the bundle or any plain property", () => {
    const plan = planOf(stack);
    const certificates = new Set(
      plan.resources.flatMap(({ outputs }) =>
        [outputs.certPem, outputs.caCertPem].flatMap((pem) => secretTexts(new Secret(pem))),
      ),
    );
    const publicKeys = ofType(plan, "tls:index/privateKey:PrivateKey").map(({ outputs }) => outputs.publicKeyPem);
    const secrets = new Set(
      plan.resources
        .flatMap(({ inputs, outputs }) => secretTexts([inputs, outputs]))
        // Certificates and public keys are stored with the keys, but are not secret.
        .filter((text) => !certificates.has(text) && !publicKeys.includes(text) && text.length >= 16)
        .filter((text) => /PRIVATE KEY|client-key-data/.test(text)),
    );
    expect(secrets.size).toBeGreaterThanOrEqual(4);

    const templates = ofType(plan, "aws:ec2/launchTemplate:LaunchTemplate").map(userDataOf);
    const places = [
      ...templates,
      ...plan.bundles.flatMap(({ files }) => Object.values(files)),
      JSON.stringify(plainPlan(plan)),
    ];
    for (const text of places) {
      expect(text).not.toMatch(/BEGIN [A-Z ]*PRIVATE KEY/);
      for (const secret of secrets) {
        for (const form of leakForms(secret)) expect(text.includes(form)).toBe(false);
      }
    }
  });

  it("shows secrets only on request", () => {
    const plan = planOf(stack);
    expect(JSON.stringify(plainPlan(plan, { showSecrets: true }))).toMatch(/BEGIN [A-Z ]*PRIVATE KEY/);
    expect(plainPlan(plan).outputs.kubeconfig).toBe("[secret]");
  });
});

it("protects etcd volumes in prod and nowhere else", () => {
  const protection = (stack: string) =>
    ofType(planOf(stack), "aws:ebs/volume:Volume").map(({ options }) => options.protect);
  expect(protection("prod")).toEqual([true, true, true]);
  expect(protection("staging")).toEqual([false, false, false]);
});
