#!/usr/bin/env bash
# Runs a command with SHANXUE_DATABASE pointing at a fresh PostgreSQL of its own, on a Unix socket, gone afterwards.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
home=$(mktemp -d /tmp/shanxue-postgres.XXXXXX)
as() { if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
[ "$(id -u)" = 0 ] && chown postgres:postgres "$home"
stop() { as "$bin/pg_ctl" -D "$home/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$home"; }
trap stop EXIT

cd "$home"
as "$bin/initdb" -D "$home/data" -U shanxue -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
as "$bin/pg_ctl" -D "$home/data" -w -l "$home/log" -o "-k $home -c listen_addresses='' -c fsync=off" start >/dev/null
cd "$OLDPWD"
export SHANXUE_DATABASE="postgresql://shanxue@/postgres?host=$home" SHANXUE_DATA=var/test-postgres
"$@"
