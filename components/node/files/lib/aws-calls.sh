# shellcheck shell=bash
# Calls to AWS APIs. Callers run aws_login first; the response is in AWS_STATUS and AWS_BODY.

# ssm_call OPERATION JSON
ssm_call() {
  aws_request ssm "$(aws_endpoint ssm)/" -X POST -H "content-type: application/x-amz-json-1.1" \
    -H "x-amz-target: AmazonSSM.$1" --data-binary @- <<<"$2"
}

# query_call SERVICE VERSION ACTION [NAME=VALUE…]: the query protocol of EC2, Auto Scaling and CloudWatch.
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

# log_failure REQUEST: status and start of the last response. curl itself has logged why there is none.
log_failure() {
  local answer="HTTP $AWS_STATUS ${AWS_BODY:0:300}"
  [ "$AWS_STATUS" != 000 ] || answer="no answer"
  log "$1: $answer" >&2
}

# ssm_fetch NAME…: parameter values as one JSON object by name, in AWS_BODY; fails if one is missing. GetParameters accepts ten names.
ssm_fetch() {
  local fetched='{}' request missing
  while [ $# -gt 0 ]; do
    request=$(printf ',"%s"' "${@:1:10}")
    request="{\"WithDecryption\":true,\"Names\":[${request:1}]}"
    shift $(($# < 10 ? $# : 10))
    ssm_call GetParameters "$request" || {
      log_failure "SSM GetParameters"
      return 1
    }
    missing=$(jq -r '.InvalidParameters // [] | join(" ")' <<<"$AWS_BODY")
    if [ -n "$missing" ]; then
      log "no such SSM parameter: $missing" >&2
      return 1
    fi
    # Values are secret: arguments are visible to every process.
    fetched=$(printf '%s\n%s\n' "$fetched" "$AWS_BODY" | jq -cs '.[0] + (.[1].Parameters | map({key: .Name, value: .Value}) | from_entries)')
  done
  AWS_BODY=$fetched
}
