# shellcheck shell=bash
# How far this machine's clock is off AWS's, by the date of any answer: no rights are needed, and none is one.

# clock_offset: whole seconds, positive when this clock is ahead; nothing where AWS does not answer soon. Of an answer that took
# its time only what is certain counts: its date is of some moment between question and answer. Certificates are not looked
# at: with a clock that is far off they would not be valid, and whoever forged the answer could as well withhold it.
clock_offset() {
  local before there after
  before=$(date +%s)
  there=$(curl -qsk --connect-timeout 2 --max-time 3 -o /dev/null -D - "$(aws_endpoint ssm)/" | tr -d '\r' | sed -n 's/^date: *//Ip') || return 0
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
