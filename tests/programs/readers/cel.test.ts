import { readFileSync } from "node:fs";
import { join } from "node:path";
import { invalidConditions, validConditions } from "../../components/access/cel/expressions";
import type { EnvironmentName } from "../../components/access/cel/expressions";
import fc from "fast-check";
import { checkCondition } from "../../../components/access/cel/checks";
import { celRule } from "../../../components/access/textRules";
import { environments } from "../../components/access/cel/environments";
import { randomCel } from "./randomCel";
import { Readers } from "./readers";
import type { Question } from "./readers";

const apiVersion = "apiserver.config.k8s.io/v1";

function authenticationWith(rules: object): Question {
  const issuer = {
    issuer: { url: "https://login.example.com", audiences: ["a"] },
    claimMappings: { username: { claim: "sub", prefix: "" } },
    ...rules,
  };
  const document = { apiVersion, kind: "AuthenticationConfiguration", jwt: [issuer] };
  return { kind: "authentication", text: JSON.stringify(document) };
}

/** File with a condition, for each environment. */
const files: Readonly<Record<EnvironmentName, (expression: string) => Question>> = {
  claims: (expression) => authenticationWith({ claimValidationRules: [{ expression }] }),
  user: (expression) => authenticationWith({ userValidationRules: [{ expression }] }),
  request: (expression) => ({
    kind: "authorization",
    text: JSON.stringify({
      apiVersion,
      kind: "AuthorizationConfiguration",
      authorizers: [
        {
          type: "Webhook",
          name: "webhook",
          webhook: {
            timeout: "3s",
            authorizedTTL: "1s",
            unauthorizedTTL: "1s",
            subjectAccessReviewVersion: "v1",
            matchConditionSubjectAccessReviewVersion: "v1",
            failurePolicy: "Deny",
            connectionInfo: { type: "InClusterConfig" },
            matchConditions: [{ expression }],
          },
        },
      ],
    }),
  }),
  policy: (expression) => ({
    kind: "object",
    text: JSON.stringify({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "policy" },
      spec: {
        matchConstraints: {
          resourceRules: [{ apiGroups: [""], apiVersions: ["*"], resources: ["pods"], operations: ["CREATE"] }],
        },
        validations: [{ expression }],
      },
    }),
  }),
};

describe("CEL", () => {
  let readers: Readers;
  beforeAll(async () => {
    readers = await Readers.prepare();
  });

  test("library.txt lists the functions of the pinned API server", () => {
    const [answer] = readers.ask([{ kind: "cel-library", text: "" }]);
    const path = join(__dirname, "../../../components/access/cel/library.txt");
    expect(readFileSync(path, "utf8")).toBe(answer?.text);
  });

  test("Kubernetes accepts every condition that the settings accept", () => {
    const answers = readers.ask(validConditions.map(([environment, expression]) => files[environment](expression)));
    const refused = validConditions.flatMap((condition, index) => {
      const error = answers[index]?.error ?? "";
      return error === "" ? [] : [[...condition, error]];
    });
    expect(refused).toEqual([]);
  });

  test("Kubernetes refuses every condition that the settings refuse", () => {
    const answers = readers.ask(invalidConditions.map(([environment, expression]) => files[environment](expression)));
    expect(invalidConditions.filter((_condition, index) => answers[index]?.error === "")).toEqual([]);
  });

  test.each(["claims", "user", "request", "policy"] as const)(
    "%s: Kubernetes and the settings agree on 1500 random conditions",
    (environment) => {
      const seed = Number(process.env.SEED ?? 1);
      const conditions = fc.sample(randomCel(environment), { seed, numRuns: 1500 });
      const answers = readers.ask(conditions.map((expression) => files[environment](expression)));
      const verdicts = conditions.map((expression, index) => {
        const error = answers[index]?.error ?? "";
        return { expression, error, problems: problems(environment, expression) };
      });
      const differing = verdicts.filter(({ error, problems }) => (error === "") !== (problems.length === 0));
      // The default is fixed, because most of these expressions are implausible. Set SEED to try others.
      expect({ seed, differing }).toEqual({ seed, differing: [] });
      expect(verdicts.filter(({ error }) => error === "").length).toBeGreaterThan(150);
    },
  );
});

function problems(environment: EnvironmentName, expression: string): readonly string[] {
  const problem = celRule(expression);
  if (problem !== undefined) return [problem];
  return [...checkCondition([], expression, environments[environment])].map(({ message }) => message);
}
