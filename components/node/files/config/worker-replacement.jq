# The worker to replace, if any. Input: list of the workers' Nodes. $rules: workerReplacement of cluster.json; $now: Unix time.
def problem($node):
  [ ($node.status.conditions // [])[] as $found
    | $rules.conditions[]
    | select(.type == $found.type and (.status | index($found.status)))
    | {type, age: ($now - ($found.lastTransitionTime | fromdateiso8601)), seconds}
    | select(.age >= .seconds)
  ] | max_by(.age);

# Nodes that are opted out, deleted, or cordoned by a person: they count as broken, but are not replaced.
def exempt($node):
  $node.metadata.labels["holdfast.dev/replacement"] == "off"
  or $node.metadata.deletionTimestamp != null
  or ($node.spec.unschedulable == true and $node.metadata.annotations["holdfast.dev/marked-unhealthy"] == null);

.items as $workers
| [ $workers[] | {name: .metadata.name, problem: problem(.), exempt: exempt(.),
      marked: ((.metadata.annotations["holdfast.dev/marked-unhealthy"] // "0") | tonumber)} ] as $all
| [ $all[] | select(.problem != null) ] as $broken
| ([ $all[].marked ] | max // 0) as $last
# Unmarked workers first: a marked one that its group does not replace must not block the others.
| ([ $broken[] | select(.exempt | not) ] | max_by([.marked == 0, .problem.age])) as $worst
| if $worst == null then {}
  elif ($broken | length) > 1 and ($broken | length) * 100 > $rules.maxUnhealthyPercentage * ($workers | length) then
    {paused: "\($broken | length) of \($workers | length) workers are unhealthy, too many: replacement paused"}
  elif $now - $last < $rules.pauseSeconds then {}
  else {name: $worst.name, problem: "\($worst.problem.type) for \($worst.problem.age) s"}
  end
