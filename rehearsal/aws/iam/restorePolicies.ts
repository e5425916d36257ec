/** Policies of the roles of etcd members while a restore is ordered, as `pulumi up` writes them with `etcd.restore`. Pure. */
import { readBackupToRestore, sidOfOwnBackups, sidOfRestore } from "../../../components/etcd/memberPolicy.plan";
import { restoreParameter } from "../../../components/etcd/restoreOrder.plan";
import type { CloudResource } from "../resources/resourceHandler";
import type { ReceivedRequest } from "./requests/types";

interface Document {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid?: string; readonly Resource?: readonly string[] }[];
}

/** Key of the backup that a request orders to restore; undefined for any other request. */
export function orderedSnapshot({ headers, body }: ReceivedRequest): string | undefined {
  if (headers["x-amz-target"] !== "AmazonSSM.PutParameter" || body === undefined) return undefined;
  const { Name, Value } = JSON.parse(body.toString()) as { readonly Name?: string; readonly Value?: string };
  if (Name?.endsWith(restoreParameter) !== true) return undefined;
  return (JSON.parse(Value ?? "{}") as { readonly snapshot?: string }).snapshot;
}

/** The same resources, with permission to read the backup and no other backup of another member. */
export function policiesForRestore(resources: readonly CloudResource[], snapshot: string): CloudResource[] {
  return resources.map((resource) => {
    if (resource.type !== "aws:iam/rolePolicy:RolePolicy") return resource;
    const document = JSON.parse(String(resource.inputs.policy)) as Document;
    const Statement = document.Statement.filter(({ Sid }) => Sid !== sidOfRestore);
    const index = Statement.findIndex(({ Sid }) => Sid === sidOfOwnBackups);
    if (index === -1) return resource;
    const [bucketArn = ""] = Statement[index]?.Resource?.[0]?.split("/") ?? [];
    const policy = JSON.stringify({
      ...document,
      Statement: Statement.toSpliced(index + 1, 0, readBackupToRestore(bucketArn, snapshot)),
    });
    return { ...resource, inputs: { ...resource.inputs, policy } };
  });
}
