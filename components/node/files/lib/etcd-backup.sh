# shellcheck shell=bash disable=SC2034 # scripts read the variables
# etcd backups: scratch space, snapshots and their objects in S3, and CloudWatch metrics.

# etcd key with the facts of the newest backup: every member can read it.
newest_backup_key=/holdfast/backup

# run_quietly COMMAND…: etcd's tools log to standard error; keep it for a failure.
run_quietly() {
  local output
  output=$("$@" 2>&1) && return 0
  log "$1 $2 failed: $(tail -n 1 <<<"$output" | cut -c 1-300)" >&2
  return 1
}

# scratch_folder NAME BYTES: an empty folder on the root disk or else on the data volume, leaving an eighth of the disk free:
# otherwise kubelet evicts pods, or etcd cannot grow. Removes the files of a killed run.
scratch_folder() {
  local place free size found=
  rm -rf "$STATE/scratch/$1" "$ETCD/scratch/$1"
  for place in "$STATE" "$ETCD"; do
    mkdir -p "$place/scratch"
    chmod 0700 "$place/scratch"
    read -r free size < <(df -B1 --output=avail,size "$place" | tail -n 1)
    if [ $((free - size / 8)) -ge "$2" ]; then
      found=$place/scratch/$1
      break
    fi
  done
  [ -n "$found" ] || {
    log "no disk has $(($2 >> 20)) MiB free for temporary files" >&2
    return 1
  }
  mkdir -m 0700 "$found"
  echo "$found"
}

# snapshot_complete FILE: a snapshot ends with the SHA-256 of everything before it.
snapshot_complete() {
  local size
  size=$(stat -c %s "$1")
  [ "$size" -gt 32 ] && [ $((size % 512)) = 32 ] &&
    [ "$(head -c -32 "$1" | openssl dgst -sha256 -r | cut -d ' ' -f 1)" = "$(tail -c 32 "$1" | od -An -v -tx1 | tr -d ' \n')" ]
}

# base64_of_hex TEXT: a checksum in the form of S3's headers.
base64_of_hex() { printf '%b' "$(printf %s "$1" | sed 's/../\\x&/g')" | base64 -w 0; }

# snapshot_status FILE: revision and hash as JSON; fails if a page is corrupt.
snapshot_status() { etcdutl snapshot status "$1" -w json 2>/dev/null; }

# download_backup KEY NAME TIMES: a backup as $scratch/snapshot.db, with room for TIMES snapshots; sets `revision` and `size`
# (bytes). Refuses a backup that is missing, of another cluster, or damaged.
download_backup() {
  local key=$1 url sum found stored
  headers=$RUN/$2.headers
  url=$(s3_url "$(node .backupsBucket)" "$key")
  aws_login
  aws_request s3 "$url" --head -D "$headers" -o /dev/null || {
    [ "$AWS_STATUS" != 404 ] || refuse "there is no $key in the backups bucket"
    log_failure "HEAD $key"
    return 1
  }
  [ "$(metadata cluster)" = "$(node .cluster)" ] || refuse "$key is a backup of cluster '$(metadata cluster)', not of $(node .cluster)"
  stored=$(header content-length) size=$(metadata size)
  # Without the size, assume a compression of ten to one.
  [[ $size =~ ^[0-9]+$ ]] || size=$((${stored:-0} * 10))
  scratch=$(scratch_folder "$2" $((${stored:-0} + size * $3)))
  aws_request s3 "$url" -o "$scratch/snapshot.db.gz" --max-time 3600 --speed-limit 1000 --speed-time 60 || {
    AWS_BODY=
    log_failure "GET $key"
    return 1
  }
  sum=$(metadata sha256)
  found=$(openssl dgst -sha256 -r "$scratch/snapshot.db.gz" | cut -d ' ' -f 1)
  [ "$sum" = "$found" ] || refuse "$key is damaged: SHA-256 is $found, not '$sum'"
  run_quietly gzip -df "$scratch/snapshot.db.gz" || refuse "$key cannot be decompressed"
  size=$(stat -c %s "$scratch/snapshot.db")
  revision=$(metadata revision)
  [[ $revision =~ ^[0-9]+$ ]] || revision=$(snapshot_status "$scratch/snapshot.db" | jq -er .revision) || refuse "$key has corrupt pages"
}
header() { tr -d '\r' <"$headers" | sed -n "s/^$1: //Ip" | tail -n 1; }
metadata() { header "x-amz-meta-$1"; }

# put_metrics MEMBER|"" NAME UNIT VALUE [NAME UNIT VALUE…]: metrics of one member, or of the cluster.
put_metrics() {
  local member=$1 number=0 item arguments
  arguments=("Namespace=$(cluster .etcd.metricsNamespace)")
  shift
  while [ $# -gt 0 ]; do
    item=MetricData.member.$((++number))
    arguments+=("$item.MetricName=$1" "$item.Unit=$2" "$item.Value=$3"
      "$item.Dimensions.member.1.Name=Cluster" "$item.Dimensions.member.1.Value=$(node .cluster)")
    [ -z "$member" ] || arguments+=("$item.Dimensions.member.2.Name=Member" "$item.Dimensions.member.2.Value=$member")
    shift 3
  done
  aws_login && query_call monitoring 2010-08-01 PutMetricData "${arguments[@]}" && return 0
  log_failure PutMetricData
  return 1
}
