-- daily_aggregates, version 2. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE daily_aggregates_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  page_views bigint NOT NULL DEFAULT 0,
  events bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (row_set, day)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

INSERT INTO daily_aggregates_g1 AS t (row_set, day, page_views, events)
SELECT * FROM unnest($1::integer[], $2::date[], $3::bigint[], $4::bigint[])
ON CONFLICT (row_set, day) DO UPDATE SET
  page_views = t.page_views + EXCLUDED.page_views,
  events = t.events + EXCLUDED.events;
