import type { Manifest } from "../../../rehearsal/kubernetes/plannedObjects";
import { withAwsEndpoint } from "../../../rehearsal/kubernetes/awsEndpointOverride";

const object = (env: readonly object[]): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { template: { spec: { containers: [{ name: "web", env }, { name: "other" }] } } },
});

test("adds the endpoint to containers with a region", () => {
  const told = withAwsEndpoint(object([{ name: "AWS_REGION", value: "eu-central-1" }]), "http://169.254.169.1");
  expect(told.spec).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            env: [
              { name: "AWS_REGION", value: "eu-central-1" },
              { name: "AWS_ENDPOINT_URL", value: "http://169.254.169.1" },
            ],
          },
          { name: "other" },
        ],
      },
    },
  });
});

test("changes nothing else", () => {
  const plain = object([{ name: "REGION", value: "eu-central-1" }]);
  expect(withAwsEndpoint(plain, "http://169.254.169.1")).toEqual(plain);
});
