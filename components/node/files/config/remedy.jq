# Which worker is to be replaced, if any. Input: the list of workers' Nodes. $rules: cluster.json's, $now: seconds since 1970.
def problem($node):
  [ ($node.status.conditions // [])[] as $found
    | $rules.conditions[]
    | select(.type == $found.type and (.status | index($found.status)))
    | {type, age: ($now - ($found.lastTransitionTime | fromdateiso8601)), seconds}
    | select(.age >= .seconds)
  ] | max_by(.age);

# Who is on its way out already, by this hand or another's, is not chosen: it only counts.
def left_alone($node):
  $node.metadata.labels["holdfast.dev/remedy"] == "off"
  or $node.metadata.deletionTimestamp != null
  or ($node.spec.unschedulable == true and $node.metadata.annotations["holdfast.dev/given-up"] == null);

.items as $workers
| [ $workers[] | {name: .metadata.name, problem: problem(.), alone: left_alone(.),
      givenUp: ((.metadata.annotations["holdfast.dev/given-up"] // "0") | tonumber)} ] as $all
| [ $all[] | select(.problem != null) ] as $broken
| ([ $all[].givenUp ] | max // 0) as $last
# One whose group could not be told, or that does not go, must not stand before the others.
| ([ $broken[] | select(.alone | not) ] | max_by([.givenUp == 0, .problem.age])) as $worst
| if $worst == null then {}
  elif ($broken | length) > 1 and ($broken | length) * 100 > $rules.mostBrokenPercentage * ($workers | length) then
    {why: "\($broken | length) of \($workers | length) workers are broken, which no new machine mends: nobody is replaced"}
  elif $now - $last < $rules.pauseSeconds then {}
  else {name: $worst.name, problem: "\($worst.problem.type) for \($worst.problem.age) s"}
  end
