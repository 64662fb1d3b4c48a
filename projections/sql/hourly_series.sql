-- hourly_series, version 1. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE hourly_series_g1 (
  row_set integer NOT NULL,
  hour timestamptz NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  events bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (row_set, hour, event_type)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

INSERT INTO hourly_series_g1 AS t (row_set, hour, event_type, events)
SELECT * FROM unnest($1::integer[], $2::timestamptz[], $3::text[], $4::bigint[])
ON CONFLICT (row_set, hour, event_type) DO UPDATE SET
  events = t.events + EXCLUDED.events;
