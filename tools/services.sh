#!/usr/bin/env bash
# Installs the servers that tests of tasks talk to (PostgreSQL, MariaDB, Redis, git), and Graphviz, which reads our graphs. Where that can't be done it says
# so and goes on: the tests skip then, but fail where CI is set. None is started: tests do that, for themselves.
set -euo pipefail

missing=()
command -v git >/dev/null || missing+=(git)
command -v dot >/dev/null || missing+=(graphviz)
command -v redis-server >/dev/null || missing+=(redis-server)
[ -x /usr/sbin/mariadbd ] || command -v mariadbd >/dev/null || missing+=(mariadb-server)
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null || missing+=(postgresql)

if [ ${#missing[@]} -eq 0 ]; then
  echo "All servers are installed."
elif [ "$(id -u)" != 0 ]; then
  echo "Not installed: ${missing[*]} (that needs root); the tests that use them are skipped."
elif ! command -v apt-get >/dev/null; then
  echo "Not installed: ${missing[*]} (that needs apt-get); the tests that use them are skipped."
else
  apt-get update -q
  # RUNLEVEL keeps Debian from starting what it installs.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
fi
