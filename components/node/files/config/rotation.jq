# Next action for each authority. Input: `want`, the ordered {authority: {stage, trust}}; `have`, this machine's status {authority: {trust,
# leaves}}; `members`, {authority: [names]} of the members that hold it; `reports`, {name: status} of members; `nodes`, {name: {trust,
# leaves}} of workers for the authority kubernetes. Values are fingerprints; the first trusted one issues.
def same(one; other): (one | unique) == (other | unique);

def holders($name):
  .reports as $reports
  | [(.members[$name] // [])[] | {name: ., holds: $reports[.][$name]}]
    + if $name == "kubernetes" then [.nodes | to_entries[] | {name: .key, holds: .value}] else [] end;

def names: map(.name) | if length > 5 then .[:5] + ["\(length - 5) more"] else . end | join(", ");

def decide($name):
  .want[$name].trust as $want | .have[$name].trust as $old | holders($name) as $parties
  | if $old == $want then {do: "nothing"}
    elif $old[0] != $want[0] and (same($old; $want) | not) then
      {do: "refuse", why: "\($name): the settings skip a stage: they change the issuing and the trusted authorities at once"}
    elif $old[0] != $want[0] then
      [$parties[] | select(.holds.trust // [] | index($want[0]) | not)] as $late
      | if $late == [] then {do: "issue"}
        else {do: "wait", why: "\($name): not all trust \($want[0]): \($late | names)"} end
    else
      ($old - $want) as $gone
      | [$parties[] | select((.holds.leaves // "") as $from | $from == "" or ($gone | index($from)))] as $late
      | if $gone == [] or $late == [] then {do: "trust"}
        else {do: "wait", why: "\($name): some still use \($gone | join(", ")): \($late | names)"} end
    end;

# Every machine has the ordered status.
def settled($name):
  .want[$name].trust as $want
  | all(holders($name)[]; .holds.trust == $want and .holds.leaves == $want[0]);

. as $all
| {
    decisions: ([.have | keys[] | {key: ., value: (. as $name | $all | decide($name))}] | from_entries),
    settled: ([.have | keys[] | select(. as $name | $all | settled($name)) | {key: ., value: $all.want[.].stage}] | from_entries)
  }
