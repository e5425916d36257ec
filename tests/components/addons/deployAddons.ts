import { Addons } from "../../../components/addons/addons";
import { fetchAwsAccount } from "../../../components/aws/awsAccount";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { cached } from "../../machineSupport";
import { account, deploy, region } from "../../mocks";

/** Deploys the add-ons of cluster `blue`, once for equal settings. */
export const deployAddons = cached((spec: ClusterSpec) =>
  deploy(() => {
    new Addons("blue-addons", {
      spec,
      awsAccount: fetchAwsAccount(region, {}),
      issuer: { providerArn: `arn:aws:iam::${account}:oidc-provider/issuer.example`, url: "https://issuer.example" },
      disksKeyArn: `arn:aws:kms:${region}:${account}:key/disks`,
      groupNames: { general: "blue-worker-general" },
    });
  }),
);
