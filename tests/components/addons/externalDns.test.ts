import { externalDnsStatements } from "../../../components/addons/externalDns/role.plan";
import { externalDnsValues } from "../../../components/addons/externalDns/values.plan";
import { threeZones } from "../../machineSupport";
import { cluster, expectProblems } from "../../stacks/settingsSupport";
import { iamScope, identity } from "./iamScope";

const externalDns = { enabled: true, hostedZoneIds: ["Z0123456789ABC"], domains: ["shop.example.com"], policy: "sync" };

test("is off by default, and needs a hosted zone", () => {
  expect(threeZones().addons.externalDns.enabled).toBe(false);
  expectProblems(cluster({ "addons.externalDns": { enabled: true } }), [
    "cluster.addons.externalDns.hostedZoneIds",
    /^required with enabled: true; write the ids/,
  ]);
});

test("changes records of its hosted zones only", () => {
  const statements = externalDnsStatements(iamScope, externalDns.hostedZoneIds);
  const writes = statements.filter(({ Action }) => Action.includes("route53:ChangeResourceRecordSets"));
  expect(writes.map(({ Resource }) => Resource)).toEqual([["arn:aws:route53:::hostedzone/Z0123456789ABC"]]);
  expect(externalDnsValues(threeZones({ addons: { externalDns } }), identity)).toMatchObject({
    policy: "sync",
    domainFilters: ["shop.example.com"],
    extraArgs: ["--zone-id-filter=Z0123456789ABC"],
    txtOwnerId: threeZones().name,
    env: identity.env,
  });
});
