#!/bin/sh
# Makes the roles and the database of a production set-up; the image of PostgreSQL runs it once, on an empty volume.
# `tidemark_owner` owns the tables and migrates them; `tidemark_web`, of the group `tidemark_api`, answers questions under row
# level security. Neither can do more: no superuser, no BYPASSRLS, no way to make roles or to reach the files of the server.
set -eu

psql --username "$POSTGRES_USER" --dbname "${POSTGRES_DB:-postgres}" --set ON_ERROR_STOP=1 \
  --set owner_password="$DATABASE_OWNER_PASSWORD" --set api_password="$DATABASE_API_PASSWORD" <<'SQL'
CREATE ROLE tidemark_owner LOGIN PASSWORD :'owner_password'
  NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE ROLE tidemark_api NOLOGIN;
CREATE ROLE tidemark_web LOGIN PASSWORD :'api_password' IN ROLE tidemark_api
  NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE tidemark OWNER tidemark_owner;
REVOKE ALL ON DATABASE tidemark FROM PUBLIC;
GRANT CONNECT ON DATABASE tidemark TO tidemark_api;
-- Beneath what the product asks for itself, for whatever else logs in with these names.
ALTER ROLE tidemark_web SET statement_timeout = '10s';
ALTER ROLE tidemark_owner SET lock_timeout = '60s';
SQL
