# shellcheck shell=bash
# Clock offset from AWS, by the Date header of any response: needs no permissions; a refusal carries the date too.

# clock_offset: whole seconds, positive if this clock is ahead; empty if AWS does not answer in time. A slow answer gives only a lower
# bound, because its date lies somewhere between request and response. Certificates are not verified: a clock that is far off
# would make them invalid. A proxy's answer to CONNECT has the proxy's date.
clock_offset() {
  local before there after
  before=$(date +%s)
  there=$(curl -qsk --suppress-connect-headers --connect-timeout 2 --max-time 3 -o /dev/null -D - "$(aws_endpoint ssm)/" | tr -d '\r' | sed -n 's/^date: *//Ip') || return 0
  after=$(date +%s)
  [ -n "$there" ] && there=$(date -d "$there" +%s 2>/dev/null) || return 0
  if [ "$there" -gt "$after" ]; then
    echo $((after - there))
  elif [ "$there" -lt "$before" ]; then
    echo $((before - there))
  else
    echo 0
  fi
}
