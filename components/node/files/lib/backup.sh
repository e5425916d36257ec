# shellcheck shell=bash
# Copies of etcd's data: room for them, their objects in S3, and what is told to CloudWatch.

# Key in etcd that holds the facts of the newest backup: it survives whoever made it.
# shellcheck disable=SC2034
NEWEST=/holdfast/backup

# refuse REASON: ends the script for good; trying again would be of no use.
refuse() {
  log "refused: $*" >&2
  exit 78
}

# attempt COMMAND…: etcd's tools tell a lot on standard error; what they say is of interest when they fail.
attempt() {
  local said
  said=$("$@" 2>&1) && return 0
  log "$1 $2 failed: $(tail -n 1 <<<"$said" | cut -c 1-300)" >&2
  return 1
}

# room NAME BYTES: an empty folder for files of that size, on the machine's own disk or else on the data volume. An eighth of
# either stays free: kubelet evicts pods, and etcd has to grow. What a run that was killed has left is removed.
room() {
  local place have size found=
  rm -rf "$STATE/scratch/$1" "$ETCD/scratch/$1"
  for place in "$STATE" "$ETCD"; do
    mkdir -p "$place/scratch"
    chmod 0700 "$place/scratch"
    read -r have size < <(df -B1 --output=avail,size "$place" | tail -n 1)
    if [ $((have - size / 8)) -ge "$2" ]; then
      found=$place/scratch/$1
      break
    fi
  done
  [ -n "$found" ] || {
    log "no disk has room for $(($2 >> 20)) MiB of temporary files" >&2
    return 1
  }
  mkdir -m 0700 "$found"
  echo "$found"
}

# whole FILE: whether a snapshot is the whole of what etcd sent: it ends with the SHA-256 of all that comes before.
whole() {
  local size
  size=$(stat -c %s "$1")
  [ "$size" -gt 32 ] && [ $((size % 512)) = 32 ] &&
    [ "$(head -c -32 "$1" | openssl dgst -sha256 -r | cut -d ' ' -f 1)" = "$(tail -c 32 "$1" | od -An -v -tx1 | tr -d ' \n')" ]
}

# base64_of_hex TEXT: a checksum as S3's headers want it.
base64_of_hex() { printf '%b' "$(printf %s "$1" | sed 's/../\\x&/g')" | base64 -w 0; }

# facts FILE: revision and hash of a snapshot, as JSON; fails if its pages do not hold together.
facts() { etcdutl snapshot status "$1" -w json 2>/dev/null; }

# fetch KEY NAME TIMES: brings a backup of this cluster as snapshot.db into a `scratch` folder of that name, with room for so
# many times the snapshot; leaves `revision` and `size` (bytes). Refuses what is not there, not this cluster's, or not what
# was stored.
fetch() {
  local key=$1 url sum found stored
  headers=$RUN/$2.headers
  url=$(s3_url "$(node .backupsBucket)" "$key")
  aws_login
  aws_request s3 "$url" --head -D "$headers" -o /dev/null || {
    [ "$AWS_STATUS" != 404 ] || refuse "there is no $key in the backups bucket"
    explain "asking for $key"
    return 1
  }
  [ "$(meta cluster)" = "$(node .cluster)" ] || refuse "$key is a backup of cluster '$(meta cluster)', not of $(node .cluster)"
  stored=$(header content-length) size=$(meta size)
  # Who did not say how large the snapshot is gets room for what compresses ten to one.
  [[ $size =~ ^[0-9]+$ ]] || size=$((${stored:-0} * 10))
  scratch=$(room "$2" $((${stored:-0} + size * $3)))
  aws_request s3 "$url" -o "$scratch/snapshot.db.gz" --max-time 3600 --speed-limit 1000 --speed-time 60 || {
    AWS_BODY=
    explain "fetching $key"
    return 1
  }
  sum=$(meta sha256)
  found=$(openssl dgst -sha256 -r "$scratch/snapshot.db.gz" | cut -d ' ' -f 1)
  [ "$sum" = "$found" ] || refuse "$key is damaged: SHA-256 is $found, not '$sum'"
  attempt gzip -df "$scratch/snapshot.db.gz" || refuse "$key cannot be decompressed"
  size=$(stat -c %s "$scratch/snapshot.db")
  revision=$(meta revision)
  [[ $revision =~ ^[0-9]+$ ]] || revision=$(facts "$scratch/snapshot.db" | jq -er .revision) || refuse "the pages of $key do not hold together"
}
header() { tr -d '\r' <"$headers" | sed -n "s/^$1: //Ip" | tail -n 1; }
meta() { header "x-amz-meta-$1"; }

# publish MEMBER|"" NAME UNIT VALUE [NAME UNIT VALUE…]: figures of the cluster, or of one member.
publish() {
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
  explain PutMetricData
  return 1
}
