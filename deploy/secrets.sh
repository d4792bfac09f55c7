#!/bin/sh
# Random secrets, one file each, in deploy/secrets or the folder named. What is there already stays.
set -eu
umask 077
folder=${1:-"$(dirname "$0")/secrets"}
mkdir -p "$folder"
random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
write() { # containers of other users read the files; nobody else gets into the folder
    [ -e "$folder/$1" ] || { printf '%s\n' "$2" > "$folder/$1" && chmod 444 "$folder/$1"; }
}
database=$(cat "$folder/database-password" 2>/dev/null || random)
limits=$(sed -n 's/^requirepass //p' "$folder/redis.conf" 2>/dev/null || true)
: "${limits:=$(random)}"
write database-password "$database"
write redis.conf "requirepass $limits
save \"\"
appendonly no
maxmemory 64mb
maxmemory-policy volatile-lru"
write SHUREN_API_KEY "$(random)"
write SHUREN_ACCESS__SECRET "$(random)"
write SHUREN_ACCESS__REDIS "redis://:$limits@limits:6379/0"
write SHUREN_STORAGE__URL "postgresql://shuren:$database@database/shuren"
write SHUREN_STORAGE__AUDIT_KEY "$(random)"
echo "$folder: $(ls "$folder" | wc -l) files"
