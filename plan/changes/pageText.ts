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
## Remove members

Holdfast does not yet take members out of etcd when \`members\` shrinks. Do it by hand, one member at a time, the last letter
first. Take a backup first: \`/opt/holdfast/current/bin/etcd-backup --always\` on a member.

1. On a member that stays, as root ([shell](etcd.md#commands-on-a-machine)): list the members, and remove the one that goes.

   \`\`\`sh
   . /opt/holdfast/current/lib/prelude.sh; etcd_client; set +eu; trap - ERR
   etcdctl member list -w table
   etcdctl member remove <id>
   etcdctl endpoint health
   \`\`\`

2. When the members that stay are healthy, repeat step 1 for the next member.
3. Write the new number of members, and \`confirmLoss\` with the volumes of the removed ones, such as
   \`[prod-etcd-volume-d, prod-etcd-volume-e]\`. With \`protect: true\`, Pulumi refuses to delete the volumes: run \`pulumi state
   unprotect\` for each; they stay in AWS. Run \`pulumi up\`.
4. Rollouts of the remaining machines wait for the removed members, because the machines know only the former list. Replace
   them by hand, one at a time, each when the others are healthy:
   \`aws autoscaling terminate-instance-in-auto-scaling-group --instance-id <id> --no-should-decrement-desired-capacity\`.
`;
