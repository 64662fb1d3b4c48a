-- unique_visitors, version 2. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE unique_visitors_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  visitors bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (row_set, day)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE unique_visitors_g1_visitors (
  row_set integer NOT NULL,
  day date NOT NULL,
  member uuid NOT NULL,
  PRIMARY KEY (row_set, day, member)
);

WITH new_visitors AS (
  INSERT INTO unique_visitors_g1_visitors (row_set, day, member)
  SELECT * FROM unnest($3::integer[], $4::date[], $5::uuid[])
  ON CONFLICT DO NOTHING
  RETURNING row_set, day
)
INSERT INTO unique_visitors_g1 AS t (row_set, day, visitors)
SELECT r.row_set, r.day, coalesce(count_visitors.visitors, 0)
FROM unnest($1::integer[], $2::date[]) AS r (row_set, day)
LEFT JOIN (SELECT row_set, day, count(*) AS visitors FROM new_visitors GROUP BY row_set, day) AS count_visitors USING (row_set, day)
ORDER BY row_set, day
ON CONFLICT (row_set, day) DO UPDATE SET
  visitors = t.visitors + EXCLUDED.visitors;
