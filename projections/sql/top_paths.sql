-- top_paths, version 1. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE top_paths_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  path text COLLATE "C" NOT NULL,
  views bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (row_set, day, path)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

INSERT INTO top_paths_g1 AS t (row_set, day, path, views)
SELECT * FROM unnest($1::integer[], $2::date[], $3::text[], $4::bigint[])
ON CONFLICT (row_set, day, path) DO UPDATE SET
  views = t.views + EXCLUDED.views;
