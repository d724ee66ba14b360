#!/bin/sh
# Both databases, the admin's password and the marketplaces' pools. Safe to repeat; a pool somebody resized is left as it is.
set -eu

python deploy/init.py
daiyun db upgrade

umask 077
printf '{"admin": "%s"}\n' "$ADMIN_PASSWORD" > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
