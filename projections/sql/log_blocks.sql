-- log_blocks, version 1. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE log_blocks_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  block bigint NOT NULL,
  PRIMARY KEY (row_set, day, block)
);

INSERT INTO log_blocks_g1 AS t (row_set, day, block)
SELECT * FROM unnest($1::integer[], $2::date[], $3::bigint[])
ON CONFLICT DO NOTHING;
