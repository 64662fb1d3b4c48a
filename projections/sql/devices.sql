-- devices, version 1. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE devices_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  device text COLLATE "C" NOT NULL,
  os text COLLATE "C" NOT NULL,
  browser text COLLATE "C" NOT NULL,
  screen text COLLATE "C" NOT NULL,
  bot text COLLATE "C" NOT NULL,
  views bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (row_set, day, device, os, browser, screen, bot)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

INSERT INTO devices_g1 AS t (row_set, day, device, os, browser, screen, bot, views)
SELECT * FROM unnest($1::integer[], $2::date[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
ON CONFLICT (row_set, day, device, os, browser, screen, bot) DO UPDATE SET
  views = t.views + EXCLUDED.views;
