#!/bin/sh
# Both databases, the admin's password and the marketplaces' pools. Safe to repeat; a pool somebody resized is left as it is.
set -eu

airflow db migrate
daiyun db upgrade

umask 077
printf '{"admin": "%s"}\n' "$ADMIN_PASSWORD" > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"

pools=$(python -m pipeline.airflow_home)
echo "$pools" | while read -r pool slots; do
    airflow pools get "$pool" > /dev/null 2>&1 || airflow pools set "$pool" "$slots" "shops of $pool pulled at once"
done
