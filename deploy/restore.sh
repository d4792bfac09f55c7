#!/bin/sh
# Brings a backup back, with the service stopped: sh deploy/restore.sh FOLDER
# Afterwards erase again whoever was erased since the backup was made (docs/deploying.md).
set -eu
umask 077
from=${1:?the folder of the backup}
home=${SHUREN_HOME:-$HOME/.cache/shuren}
url=${SHUREN_STORAGE__URL:-$(cat "${SHUREN_SECRETS_DIR:-/nowhere}/SHUREN_STORAGE__URL" 2>/dev/null || true)}
(cd "$from" && sha256sum --quiet --check SHA256SUMS)
mkdir -p "$home"
tar -C "$home" -xf "$from/home.tar"
case $url in
    postgresql*) pg_restore --clean --if-exists --no-owner --single-transaction --dbname "$url" "$from/database.dump" ;;
    *)
        file=${url#sqlite:///}
        file=${file:-$home/data/shuren.db}
        mkdir -p "$(dirname "$file")"
        rm -f "$file" "$file-wal" "$file-shm"
        cp "$from/shuren.db" "$file"
        ;;
esac
shuren audit verify
