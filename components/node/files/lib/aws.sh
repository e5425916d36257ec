# shellcheck shell=bash
# Instance metadata and signed AWS requests with curl alone: the user data carries this file, before jq is installed.

IMDS=${HOLDFAST_IMDS:-http://169.254.169.254/latest}

# imds PATH: one metadata value. IMDSv2 only: call imds_token first.
imds() {
  curl -qsSf --connect-timeout 2 --max-time 5 -H "x-aws-ec2-metadata-token: ${IMDS_TOKEN:?call imds_token first}" "$IMDS/meta-data/$1"
}

imds_token() {
  IMDS_TOKEN=$(curl -qsSf --connect-timeout 2 --max-time 5 -X PUT -H "x-aws-ec2-metadata-token-ttl-seconds: 300" "$IMDS/api/token")
}

# aws_login: load the instance role's credentials, valid for hours. On failure no earlier response stays in AWS_BODY.
aws_login() {
  AWS_STATUS=000 AWS_BODY=
  local role document
  # Explicit return: errexit is off in conditions.
  imds_token && role=$(imds iam/security-credentials/) && document=$(imds "iam/security-credentials/${role%%$'\n'*}") || return 1
  AWS_KEY=$(credentials_field AccessKeyId <<<"$document")
  AWS_SECRET=$(credentials_field SecretAccessKey <<<"$document")
  AWS_SESSION=$(credentials_field Token <<<"$document")
}

credentials_field() {
  sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" | head -n 1
}

# aws_endpoint SERVICE: base URL; AWS_ENDPOINT_URL replaces that of every service.
aws_endpoint() {
  local suffix=amazonaws.com
  case $AWS_REGION in cn-*) suffix=amazonaws.com.cn ;; esac
  if [ -n "${AWS_ENDPOINT_URL:-}" ]; then
    echo "${AWS_ENDPOINT_URL%/}"
  elif [ "$1" = route53 ]; then
    case $AWS_REGION in us-gov-*) suffix=us-gov.$suffix ;; esac
    echo "https://route53.$suffix"
  else
    echo "https://$1.$AWS_REGION.$suffix"
  fi
}

# signing_region SERVICE: Route 53 is global; its requests are signed for the partition's main region.
signing_region() {
  case $1/$AWS_REGION in
    route53/cn-*) echo cn-northwest-1 ;;
    route53/us-gov-*) echo us-gov-west-1 ;;
    route53/*) echo us-east-1 ;;
    *) echo "$AWS_REGION" ;;
  esac
}

# aws_request SERVICE URL [curl arguments]: sets AWS_STATUS and AWS_BODY (000 and empty without an answer); fails unless 2xx.
# curl reads the credentials from a pipe: arguments are visible to every process.
aws_request() {
  local service=$1 url=$2 region answer
  region=$(signing_region "$1")
  shift 2
  # S3 requires the payload hash as a header, which only later versions of curl add; TLS protects the payload.
  [ "$service" != s3 ] || set -- -H "x-amz-content-sha256: UNSIGNED-PAYLOAD" "$@"
  AWS_STATUS=000 AWS_BODY=
  answer=$(curl -qsS --connect-timeout 3 --max-time 120 --aws-sigv4 "aws:amz:$region:$service" \
    -K <(printf 'user = "%s:%s"\nheader = "x-amz-security-token: %s"\n' "$AWS_KEY" "$AWS_SECRET" "$AWS_SESSION") \
    -w '\n%{http_code}' "$@" "$url") || return 1
  AWS_STATUS=${answer##*$'\n'}
  # shellcheck disable=SC2034 # callers read it
  AWS_BODY=${answer%$'\n'*}
  [[ $AWS_STATUS == 2?? ]]
}

# s3_url BUCKET KEY: virtual-hosted style on AWS, path style with AWS_ENDPOINT_URL.
s3_url() {
  if [ -n "${AWS_ENDPOINT_URL:-}" ]; then
    echo "${AWS_ENDPOINT_URL%/}/$1/$2"
  else
    local host
    host=$(aws_endpoint s3)
    echo "https://$1.${host#https://}/$2"
  fi
}
