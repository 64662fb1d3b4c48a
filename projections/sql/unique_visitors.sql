-- unique_visitors, version 1. Generated from its definition by `npm run generate`; a test keeps it fresh.

CREATE TABLE unique_visitors_g1 (
  row_set integer NOT NULL,
  day date NOT NULL,
  visitor uuid NOT NULL,
  PRIMARY KEY (row_set, day, visitor)
);

INSERT INTO unique_visitors_g1 AS t (row_set, day, visitor)
SELECT * FROM unnest($1::integer[], $2::date[], $3::uuid[])
ON CONFLICT DO NOTHING;
