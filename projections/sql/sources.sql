-- sources, version 1. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE sources_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  channel text COLLATE "C" NOT NULL,
  referrer text COLLATE "C" NOT NULL,
  utm_source text COLLATE "C" NOT NULL,
  utm_medium text COLLATE "C" NOT NULL,
  utm_campaign text COLLATE "C" NOT NULL,
  utm_term text COLLATE "C" NOT NULL,
  utm_content text COLLATE "C" NOT NULL,
  views bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (row_set, day, channel, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

INSERT INTO sources_g1 AS t (row_set, day, channel, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content, views)
SELECT * FROM unnest($1::integer[], $2::date[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[])
ON CONFLICT (row_set, day, channel, referrer, utm_source, utm_medium, utm_campaign, utm_term, utm_content) DO UPDATE SET
  views = t.views + EXCLUDED.views;
