import type { RehearsalClient } from "../../../rehearsal/supervisor/client";
import { typeWarnings } from "../../../rehearsal/kubernetes/typeWarnings";

/** Cluster that gives these answers, and repeats the last one. */
function answering(...policies: object[]): RehearsalClient {
  let asked = 0;
  const kubernetes = () => {
    const body = JSON.stringify(policies[Math.min(asked++, policies.length - 1)]);
    return Promise.resolve({ status: 200, body });
  };
  return { kubernetes } as unknown as RehearsalClient;
}
const metadata = { generation: 2 };

test("waits for the check of the current generation and returns its warnings", async () => {
  const warning = { fieldRef: "spec.validations[0].expression", warning: "undefined field 'replica'" };
  const cluster = answering(
    { metadata },
    { metadata, status: { observedGeneration: 1, typeChecking: {} } },
    { metadata, status: { observedGeneration: 2, typeChecking: { expressionWarnings: [warning] } } },
  );
  expect(await typeWarnings(cluster, "mine")).toEqual(["spec.validations[0].expression: undefined field 'replica'"]);
});

test("returns no warnings for a correct policy", async () => {
  expect(
    await typeWarnings(answering({ metadata, status: { observedGeneration: 2, typeChecking: {} } }), "mine"),
  ).toEqual([]);
});
