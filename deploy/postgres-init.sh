#!/bin/sh
# Runs once, when PostgreSQL makes its data folder: Airflow's metadata apart from the warehouse, and the role of the night,
# which owns nothing, so that row-level security binds it.
set -eu

psql --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
    --set airflow_password="$AIRFLOW_DB_PASSWORD" --set app_password="$DAIYUN_APP_PASSWORD" <<'SQL'
CREATE ROLE airflow LOGIN NOSUPERUSER PASSWORD :'airflow_password';
CREATE ROLE daiyun_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE airflow OWNER airflow;
CREATE DATABASE daiyun;
REVOKE ALL ON DATABASE airflow, daiyun FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE daiyun TO daiyun_app;
SQL
