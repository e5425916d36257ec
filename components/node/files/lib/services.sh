# shellcheck shell=bash
# The calls to AWS that steps make; aws_login has run. Every function leaves the answer in AWS_BODY.

# ssm_call OPERATION JSON
ssm_call() {
  aws_request ssm "$(aws_endpoint ssm)/" -X POST -H "content-type: application/x-amz-json-1.1" \
    -H "x-amz-target: AmazonSSM.$1" --data-binary @- <<<"$2"
}

# query_call SERVICE VERSION ACTION [NAME=VALUE…]: the form protocol of EC2 and Auto Scaling.
query_call() {
  local service=$1 version=$2 action=$3 arguments=() pair
  shift 3
  for pair in "$@"; do arguments+=(--data-urlencode "$pair"); done
  aws_request "$service" "$(aws_endpoint "$service")/" -X POST --data "Action=$action&Version=$version" "${arguments[@]}"
}

ec2_call() { query_call ec2 2016-11-15 "$@"; }
autoscaling_call() { query_call autoscaling 2011-01-01 "$@"; }

# xml_field NAME: first element of that name in AWS_BODY.
xml_field() {
  tr -d '\n' <<<"$AWS_BODY" | grep -o "<$1>[^<]*</$1>" | head -n 1 | sed "s/<[^>]*>//g"
}

# explain WHAT: one line for the journal about an answer that is no success; a body can be long and its first part says why.
# Why there is none has curl told.
explain() {
  local answer="HTTP $AWS_STATUS ${AWS_BODY:0:300}"
  [ "$AWS_STATUS" != 000 ] || answer="no answer"
  log "$1: $answer" >&2
}

# ssm_fetch NAME…: values of parameters as one JSON object by name, in AWS_BODY; all must exist. SSM hands out ten at once.
ssm_fetch() {
  local fetched='{}' request absent
  while [ $# -gt 0 ]; do
    request=$(printf ',"%s"' "${@:1:10}")
    request="{\"WithDecryption\":true,\"Names\":[${request:1}]}"
    shift $(($# < 10 ? $# : 10))
    ssm_call GetParameters "$request" || {
      explain "SSM GetParameters"
      return 1
    }
    absent=$(jq -r '.InvalidParameters // [] | join(" ")' <<<"$AWS_BODY")
    if [ -n "$absent" ]; then
      log "no such SSM parameter: $absent" >&2
      return 1
    fi
    # Values are secret: they go through the pipe, never by an argument.
    fetched=$(printf '%s\n%s\n' "$fetched" "$AWS_BODY" | jq -cs '.[0] + (.[1].Parameters | map({key: .Name, value: .Value}) | from_entries)')
  done
  AWS_BODY=$fetched
}
