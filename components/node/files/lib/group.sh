# shellcheck shell=bash
# What a machine asks and tells its Auto Scaling group, and what it has to know before it does.

group_call() { # ACTION [NAME=VALUE…]
  local action=$1
  shift
  aws_login && autoscaling_call "$action" "AutoScalingGroupName=$(node .group)" "$@"
}

# lifecycle ACTION [NAME=VALUE…]: an answer to the group's hook.
lifecycle() { group_call "$@" LifecycleHookName=holdfast-depart "InstanceId=$INSTANCE_ID"; }

# joined: a worker's answer to the hook that holds it until it is a node; a group that does not wait is as good.
joined() {
  group_call CompleteLifecycleAction LifecycleHookName=holdfast-joined LifecycleActionResult=CONTINUE "InstanceId=$INSTANCE_ID" &&
    return 0
  [[ $AWS_BODY != *"No active Lifecycle Action"* ]] || return 0
  explain "CompleteLifecycleAction"
  return 1
}

# warming: whether the machine is being prepared for a warm pool, to be stopped and put into service at a later boot.
warming() { imds_token && [[ $(imds autoscaling/target-lifecycle-state) == Warmed:* ]]; } 2>/dev/null

# leaving: whether the group ends this machine.
leaving() { imds_token && [ "$(imds autoscaling/target-lifecycle-state)" = Terminated ]; } 2>/dev/null

# guard true|false: whether a rollout has to wait for this machine's leave.
guard() {
  group_call SetInstanceProtection "InstanceIds.member.1=$INSTANCE_ID" "ProtectedFromScaleIn=$1" && return 0
  explain SetInstanceProtection
  return 1
}

# rollout_waits: whether the group would replace this machine, were it not guarded: a refresh is under way, and the machine has
# another version of the launch template than its group. (A replacement has the same, and the refresh goes on for minutes.)
rollout_waits() {
  group_call DescribeInstanceRefreshes MaxRecords=1 && [[ $(xml_field Status) =~ ^(Pending|InProgress)$ ]] || return 1
  autoscaling_call DescribeAutoScalingGroups "AutoScalingGroupNames.member.1=$(node .group)" || return 1
  local answer
  answer=$(tr -d '\n' <<<"$AWS_BODY")
  [ "$(group_version "$answer")" != "$(own_version "$answer")" ]
}

# In the answer each machine's entry has its id and its version; what is outside of the machines is the group's.
own_version() {
  local machines=${1#*<Instances>}
  machines=${machines%%</Instances>*}
  grep -F "<InstanceId>$INSTANCE_ID</InstanceId>" <<<"${machines//<\/member>/$'\n'}" | grep -o '<Version>[^<]*'
}
group_version() { grep -o '<Version>[^<]*' <<<"${1%%<Instances>*}${1#*</Instances>}"; }

# others_healthy: every other member of this machine's kind serves.
others_healthy() {
  if holds_volume; then others_serve "$(node .member.name)" || return 1; fi
  if [ "$(node .role)" = controlPlane ]; then
    # Addresses of the API servers that renew their lease.
    [ "$(kubectl get endpointslices kubernetes -o json | jq --arg self "$INSTANCE_IP" \
      '[.endpoints[] | select(.conditions.ready) | .addresses[] | select(. != $self)] | length')" -ge \
      $(($(cluster .controlPlaneMembers) - 1)) ]
  fi
}
