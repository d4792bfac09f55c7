#!/bin/sh
# Backs up what cannot be made anew, while the service runs: sh deploy/backup.sh FOLDER
# The database (SQLite's or PostgreSQL's), and SHUREN_HOME without weights, avatars and caches. Backups hold what people
# said and the service's secret: keep them encrypted, and no longer than docs/storage.md allows the talks.
set -eu
umask 077
to=${1:?the folder to write to}
home=${SHUREN_HOME:-$HOME/.cache/shuren}
url=${SHUREN_STORAGE__URL:-$(cat "${SHUREN_SECRETS_DIR:-/nowhere}/SHUREN_STORAGE__URL" 2>/dev/null || true)}
mkdir -p "$to"
case $url in
    postgresql*) pg_dump --format=custom --no-owner --file "$to/database.dump" "$url" ;;
    *)
        file=${url#sqlite:///}
        sqlite3 "${file:-$home/data/shuren.db}" ".timeout 10000" ".backup '$to/shuren.db'"
        ;;
esac
tar -C "$home" --exclude=./models --exclude=./avatars --exclude=./cache --exclude='./data/shuren.db*' -cf "$to/home.tar" .
(cd "$to" && sha256sum ./* > ../"$(basename "$to")".sha256 && mv ../"$(basename "$to")".sha256 SHA256SUMS)
