#!/bin/sh
# What a container runs: weights and avatars where they are missing (a volume that holds them needs no network), then the
# service, which takes this shell's place so that it gets SIGTERM.
set -eu
shuren models fetch
[ -n "$(find "$SHUREN_HOME/avatars" -name avatar.glb 2>/dev/null | head -n 1)" ] || shuren avatar build
exec shuren serve
