/** Text around the tables of docs/changes.md. */

export const introduction = `# Changes of a live cluster

Every change of the settings of a live cluster is rolled out, refused, or has no effect. A refusal names the setting, the reason
and the alternative.

\`\`\`sh
npx holdfast plan prod --against live        # effects on the deployed stack, order of the rollouts; exit code 1 if refused
pulumi preview --stack prod                  # the same checks by the engine

npx holdfast plan prod --json > before.json  # without access to the stack: at the commit that is deployed
npx holdfast plan prod --against before.json # and after the change
\`\`\`

- **Previews and updates.** The stack output \`liveSettings\` records the settings of the last successful update. \`pulumi
  preview\` and \`pulumi up\` compare the settings with it and report all refusals together, before they register a resource. A
  failed update keeps the former record. A stack without the output (deployed by an earlier version) is accepted once.
- **\`--against live\`** reads the deployed state with the Pulumi CLI (\`pulumi stack export\`), and AWS not at all. It needs the
  backend's login and the stack's passphrase or key, as a preview does. Resources keep their ids, names, images and keys in the
  plan, so that it shows the changes of \`pulumi preview\`, also those of secrets, whose values it does not print. It does not see
  changes that others made in AWS, nor that a certificate is due for renewal. A state with pending operations is refused:
  [troubleshooting.md](troubleshooting.md#killed-updates).
- **Stateful resources.** \`--against\` also refuses every deletion or replacement of a volume, KMS key, private key, bucket, DNS
  zone or namespace, regardless of \`protect\`, unless \`confirmLoss\` names it.
- **Rollouts.** \`pulumi up\` changes the launch templates. The machines coordinate their replacement: members of etcd and of the
  control plane are replaced one at a time, each only while all others are healthy; workers are drained first. \`pulumi up\` does not
  wait for the rollout: [etcd.md](etcd.md#upgrades), [images.md](images.md). With \`maintenance.windows\`, it starts in the next window:
  [maintenance.md](maintenance.md). Auto Scaling replaces workers that exceed
  \`maxNodeAgeDays\` without an update: [workers.md](workers.md#maximum-age-of-machines).

## Confirm a loss

Name the resources in the stack file, run \`pulumi up\`, and remove the names afterwards. A name is valid for one update. With
\`protect: true\`, also unprotect the resource: \`pulumi state unprotect <urn>\`.

\`\`\`yaml
holdfast:cluster:
  confirmLoss: [prod-encryption-1]
\`\`\`

A name confirms the loss of the resource with that name, or of all resources of the component with that name
(\`prod-etcd-backups-copy\`).

## Effects

The page is generated from plans of a cluster of three members with stacked etcd and \`protect: false\`, before and after each
change: \`npm run docs:changes\`. Numbers of resources are those of that cluster.
`;

export const afterTable = `
## Add and remove members

Write the new number of members and run \`pulumi up\`: \`controlPlane.members\`, with external etcd also \`etcd.members\`. 1, 3 and 5
members can follow each other in any order. The members that stay keep their machines. Only the number of members of external
etcd replaces machines, those of the control plane, one at a time: their API servers list these members.

- **Remove.** The machines of removed members end one after the other, each only while all members that stay are healthy: the
  machine drains, makes a backup, transfers leadership, removes its member from etcd and stops. With external etcd, it first waits
  until no API server uses it, for up to 40 minutes. \`pulumi up\` waits until the machines have ended. When you shrink the control
  plane to one member, change nothing in the same update that replaces its machine: the API would not be available meanwhile.
- **Machines that are gone.** If a removed member's machine ended without leaving etcd, the leader removes the member within about
  two minutes, once all members that stay are healthy. Rollouts do the same.
- **Volumes** of removed members stay, and cost money, until \`confirmLoss\` names them, such as \`[prod-etcd-volume-d,
  prod-etcd-volume-e]\`, in the same update or a later one. With \`protect: true\`, also run \`pulumi state unprotect\`. A program that
  creates the component \`Cluster\` itself keeps no volumes: \`protect: true\` prevents their deletion.
- **Add.** New members join etcd as learners, one after the other. A member that returns to its volume keeps the former data in
  \`/var/lib/etcd/before-removal-<time>\`; delete it when you no longer need it.
- **Clusters of earlier versions.** Machines join and leave by themselves once all of them run this version: run \`pulumi up\` without
  another number first, and wait for its rollout.

Rehearse it: \`npx holdfast drill <stack> shrink-members,grow-members\`.
`;
