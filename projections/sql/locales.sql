-- locales, version 1. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE locales_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  country text COLLATE "C" NOT NULL,
  language text COLLATE "C" NOT NULL,
  views bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (row_set, day, country, language)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

INSERT INTO locales_g1 AS t (row_set, day, country, language, views)
SELECT * FROM unnest($1::integer[], $2::date[], $3::text[], $4::text[], $5::bigint[])
ON CONFLICT (row_set, day, country, language) DO UPDATE SET
  views = t.views + EXCLUDED.views;
