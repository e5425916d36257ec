# shellcheck shell=bash
# Metadata service and signed requests to AWS, with nothing but curl: also part of the user data, so no jq here.

IMDS=${HOLDFAST_IMDS:-http://169.254.169.254/latest}

# imds PATH: one value of the metadata service. IMDSv2 only; a token lives in the calling shell once imds_token has run.
imds() {
  curl -qsSf --connect-timeout 2 --max-time 5 -H "x-aws-ec2-metadata-token: ${IMDS_TOKEN:?call imds_token first}" "$IMDS/meta-data/$1"
}

imds_token() {
  IMDS_TOKEN=$(curl -qsSf --connect-timeout 2 --max-time 5 -X PUT -H "x-aws-ec2-metadata-token-ttl-seconds: 300" "$IMDS/api/token")
}

# aws_login: the instance role's credentials into this shell. They last for hours; scripts log in once, daemons before each call.
# Without them no request is made, and no earlier answer counts.
aws_login() {
  AWS_STATUS=000 AWS_BODY=
  local role document
  # Below a condition the shell does not end at a command that fails.
  imds_token && role=$(imds iam/security-credentials/) && document=$(imds "iam/security-credentials/${role%%$'\n'*}") || return 1
  AWS_KEY=$(aws_field AccessKeyId <<<"$document")
  AWS_SECRET=$(aws_field SecretAccessKey <<<"$document")
  AWS_SESSION=$(aws_field Token <<<"$document")
}

aws_field() {
  sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1
}

# aws_endpoint SERVICE: base URL of a service, or the one that AWS_ENDPOINT_URL puts in place of all.
aws_endpoint() {
  local suffix=amazonaws.com
  case $AWS_REGION in cn-*) suffix=amazonaws.com.cn ;; esac
  if [ -n "${AWS_ENDPOINT_URL:-}" ]; then
    echo "${AWS_ENDPOINT_URL%/}"
  elif [ "$1" = route53 ]; then
    echo "https://route53.$suffix"
  else
    echo "https://$1.$AWS_REGION.$suffix"
  fi
}

# aws_request SERVICE URL [curl arguments]: leaves AWS_STATUS and AWS_BODY (000 and nothing without an answer); fails unless the
# status is 2xx.
# The credentials reach curl through a pipe: arguments can be read by every process of the machine.
aws_request() {
  local service=$1 url=$2 region=$AWS_REGION answer
  shift 2
  # Route 53 is one global service, signed for the partition's main region.
  if [ "$service" = route53 ]; then
    case $AWS_REGION in cn-*) region=cn-northwest-1 ;; us-gov-*) region=us-gov-west-1 ;; *) region=us-east-1 ;; esac
  fi
  # S3 wants the payload's hash as a header, which curl adds only in later versions; TLS covers the payload.
  [ "$service" != s3 ] || set -- -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" "$@"
  AWS_STATUS=000 AWS_BODY=
  answer=$(curl -qsS --connect-timeout 3 --max-time 120 --aws-sigv4 "aws:amz:$region:$service" \
    -K <(printf 'user = "%s:%s"\nheader = "x-amz-security-token: %s"\n' "$AWS_KEY" "$AWS_SECRET" "$AWS_SESSION") \
    -w '\n%{http_code}' "$@" "$url") || return 1
  AWS_STATUS=${answer##*$'\n'}
  # shellcheck disable=SC2034 # read by the callers
  AWS_BODY=${answer%$'\n'*}
  [[ $AWS_STATUS == 2?? ]]
}

# s3_url BUCKET KEY: virtual-hosted on AWS, path style behind AWS_ENDPOINT_URL.
s3_url() {
  if [ -n "${AWS_ENDPOINT_URL:-}" ]; then
    echo "${AWS_ENDPOINT_URL%/}/$1/$2"
  else
    local host
    host=$(aws_endpoint s3)
    echo "https://$1.${host#https://}/$2"
  fi
}
