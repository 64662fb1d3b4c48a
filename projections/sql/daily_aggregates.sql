-- daily_aggregates, version 1. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE daily_aggregates_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  page_views bigint NOT NULL DEFAULT 0,
  events bigint NOT NULL DEFAULT 0,
  unique_visitors bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (row_set, day)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE daily_aggregates_g1_unique_visitors (
  row_set integer NOT NULL,
  day date NOT NULL,
  member uuid NOT NULL,
  PRIMARY KEY (row_set, day, member)
);

WITH new_unique_visitors AS (
  INSERT INTO daily_aggregates_g1_unique_visitors (row_set, day, member)
  SELECT * FROM unnest($5::integer[], $6::date[], $7::uuid[])
  ON CONFLICT DO NOTHING
  RETURNING row_set, day
)
INSERT INTO daily_aggregates_g1 AS t (row_set, day, page_views, events, unique_visitors)
SELECT r.row_set, r.day, r.page_views, r.events, coalesce(count_unique_visitors.unique_visitors, 0)
FROM unnest($1::integer[], $2::date[], $3::bigint[], $4::bigint[]) AS r (row_set, day, page_views, events)
LEFT JOIN (SELECT row_set, day, count(*) AS unique_visitors FROM new_unique_visitors GROUP BY row_set, day) AS count_unique_visitors USING (row_set, day)
ORDER BY row_set, day
ON CONFLICT (row_set, day) DO UPDATE SET
  page_views = t.page_views + EXCLUDED.page_views,
  events = t.events + EXCLUDED.events,
  unique_visitors = t.unique_visitors + EXCLUDED.unique_visitors;
