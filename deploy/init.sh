#!/bin/sh
# Both databases, the admin's password and the marketplaces' pools. Safe to repeat; a pool somebody resized is left as it is.
set -eu

airflow db migrate
daiyun db upgrade

umask 077
printf '{"admin": "%s"}\n' "$ADMIN_PASSWORD" > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"

missing=$(mktemp) # one import instead of a command a pool: Airflow's commands take seconds to start
airflow pools export "$missing" > /dev/null
python -m pipeline.airflow_home "$missing"
airflow pools import "$missing" > /dev/null
rm "$missing"
