import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The durable tables. Read-model tables (`<projection>_g<N>`) and each partition's `ledger_<p>` and `duplicate_<p>` are
 * made by the projector, because their number is not known here.
 */
export class Spine1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('The first migration has no way back: drop the database instead; the log rebuilds it.');
  }
}

const statements = [
  // One row per partition: the lease and the floor. Updated by every batch, so it leaves room for HOT updates.
  `CREATE TABLE partition (
    partition smallint PRIMARY KEY,
    stream_created_at text,
    sequence bigint NOT NULL DEFAULT 0,
    batch_id text NOT NULL DEFAULT '',
    events bigint NOT NULL DEFAULT 0,
    duplicates bigint NOT NULL DEFAULT 0,
    epoch bigint NOT NULL DEFAULT 0,
    owner text,
    backend_pid int,
    lease_until timestamptz,
    head_sequence bigint,
    rate real,
    projected_stored_at timestamptz,
    stopped_reason text,
    updated_at timestamptz NOT NULL DEFAULT now()
  ) WITH (fillfactor = 20)`,

  `CREATE TABLE generation (
    id serial PRIMARY KEY,
    projection text NOT NULL,
    number int NOT NULL,
    version int NOT NULL,
    status text NOT NULL CHECK (status IN ('building', 'served', 'kept', 'retired')),
    created_at timestamptz NOT NULL DEFAULT now(),
    served_at timestamptz,
    kept_until timestamptz,
    UNIQUE (projection, number)
  )`,

  `CREATE TABLE served_generation (
    projection text PRIMARY KEY,
    generation_id int NOT NULL REFERENCES generation
  )`,

  `CREATE TABLE checkpoint (
    partition smallint NOT NULL REFERENCES partition,
    generation_id int NOT NULL REFERENCES generation,
    sequence bigint NOT NULL,
    PRIMARY KEY (partition, generation_id)
  ) WITH (fillfactor = 20)`,

  `CREATE TABLE site (
    id serial PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (octet_length(name) <= 64),
    partition smallint NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    revision int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
  )`,

  `CREATE SEQUENCE row_set_seq AS int`,
  `CREATE TABLE row_set (
    site_id int NOT NULL REFERENCES site,
    generation_id int NOT NULL REFERENCES generation,
    row_set int NOT NULL UNIQUE DEFAULT nextval('row_set_seq'),
    PRIMARY KEY (site_id, generation_id)
  )`,

  // ordinal -1: the whole message; generation_id null: no projection ever saw it.
  `CREATE TABLE dead_letter (
    id bigserial PRIMARY KEY,
    partition smallint NOT NULL,
    sequence bigint NOT NULL,
    ordinal int NOT NULL,
    generation_id int REFERENCES generation,
    site text,
    event_id text,
    reason text NOT NULL,
    detail text NOT NULL DEFAULT '',
    attempts int NOT NULL DEFAULT 1,
    event text,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'discarded')),
    first_failed_at timestamptz NOT NULL DEFAULT now(),
    last_failed_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (partition, sequence, ordinal, generation_id)
  )`,
  `CREATE INDEX dead_letter_generation ON dead_letter (generation_id)`,

  `CREATE TABLE job (
    id bigserial PRIMARY KEY,
    kind text NOT NULL,
    arguments jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed')),
    progress jsonb NOT NULL DEFAULT '{}',
    owner text,
    epoch bigint NOT NULL DEFAULT 0,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
  )`,
  `CREATE INDEX job_unfinished ON job (id) WHERE state IN ('queued', 'running')`,
];
