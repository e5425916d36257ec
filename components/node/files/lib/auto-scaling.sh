# shellcheck shell=bash
# This machine's Auto Scaling group: lifecycle actions, scale-in protection, instance refreshes; and the health of the other members.

group_call() { # ACTION [NAME=VALUE…]
  local action=$1
  shift
  aws_login && autoscaling_call "$action" "AutoScalingGroupName=$(node .group)" "$@"
}

# lifecycle_call launch|termination ACTION [NAME=VALUE…]: answer one of the group's lifecycle hooks.
lifecycle_call() { group_call "${@:2}" "LifecycleHookName=$(cluster ".lifecycleHooks.$1")" "InstanceId=$INSTANCE_ID"; }

# complete_launch: end the hook that holds a worker until it is a node. Succeeds if the hook is not active.
complete_launch() {
  lifecycle_call launch CompleteLifecycleAction LifecycleActionResult=CONTINUE && return 0
  [[ $AWS_BODY != *"No active Lifecycle Action"* ]] || return 0
  log_failure CompleteLifecycleAction
  return 1
}

# in_warm_pool: the group prepares this machine for its warm pool, and puts it into service at a later boot.
in_warm_pool() { imds_token && [[ $(imds autoscaling/target-lifecycle-state) == Warmed:* ]]; } 2>/dev/null

# terminating: the group terminates this machine.
terminating() { imds_token && [ "$(imds autoscaling/target-lifecycle-state)" = Terminated ]; } 2>/dev/null

# protect_from_scale_in true|false: an instance refresh waits for protected machines.
protect_from_scale_in() {
  group_call SetInstanceProtection "InstanceIds.member.1=$INSTANCE_ID" "ProtectedFromScaleIn=$1" && return 0
  log_failure SetInstanceProtection
  return 1
}

# replacement_pending: an instance refresh is active, and this machine's launch template version is not the group's. (The
# replacement has the group's version, and the refresh stays active for minutes.)
replacement_pending() {
  group_call DescribeInstanceRefreshes MaxRecords=1 && [[ $(xml_field Status) =~ ^(Pending|InProgress)$ ]] || return 1
  autoscaling_call DescribeAutoScalingGroups "AutoScalingGroupNames.member.1=$(node .group)" || return 1
  local answer
  answer=$(tr -d '\n' <<<"$AWS_BODY")
  [ "$(group_version "$answer")" != "$(own_version "$answer")" ]
}

# Versions inside <Instances> belong to the instances, the one outside belongs to the group.
own_version() {
  local instances=${1#*<Instances>}
  instances=${instances%%</Instances>*}
  grep -F "<InstanceId>$INSTANCE_ID</InstanceId>" <<<"${instances//<\/member>/$'\n'}" | grep -o '<Version>[^<]*'
}
group_version() { grep -o '<Version>[^<]*' <<<"${1%%<Instances>*}${1#*</Instances>}"; }

# group_deleted: the group is being deleted, and wants no machine any more.
group_deleted() {
  aws_login && autoscaling_call DescribeAutoScalingGroups "AutoScalingGroupNames.member.1=$(node .group)" && [ "$(xml_field MaxSize || true)" = 0 ]
}

# others_healthy: every other wanted member of this machine's role serves.
others_healthy() {
  read_members || require_members || return 1
  if runs_etcd; then other_etcd_members_healthy || return 1; fi
  if [ "$(node .role)" = control-plane ]; then
    # API servers that renew their lease.
    [ "$(kubectl get endpointslices kubernetes -o json | jq --arg self "$INSTANCE_IP" \
      '[.endpoints[] | select(.conditions.ready) | .addresses[] | select(. != $self)] | length')" -ge \
      "$(wanted_members control-plane | grep -vcx "$(node .member.name)" || true)" ]
  fi
}
