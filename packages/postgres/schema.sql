-- The tables of @xmachines/postgres, version 2. Running this again changes nothing.

CREATE TABLE IF NOT EXISTS xmachines_schema (
  version integer PRIMARY KEY
);

-- One row a run: where it ends. `number` stands for the run in the other tables.
CREATE TABLE IF NOT EXISTS xmachines_runs (
  id text COLLATE "C" PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  head text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  machine_name text COLLATE "C" NOT NULL,
  machine_version text COLLATE "C" NOT NULL,
  -- Outputs since the genesis, and up to where every one of them has settled.
  position bigint NOT NULL,
  settled bigint NOT NULL,
  unsettled boolean NOT NULL GENERATED ALWAYS AS (settled < position) STORED,
  -- The idempotency keys of later sequences are all kept. How many came since older ones were last deleted.
  keys_after bigint NOT NULL DEFAULT -1,
  keys_since bigint NOT NULL DEFAULT 0,
  -- The run that has taken the place of this one, if it was sealed: then nothing is appended to it any more.
  successor text COLLATE "C"
) WITH (fillfactor = 70);

-- Tables of version 1 do not have it.
ALTER TABLE xmachines_runs ADD COLUMN IF NOT EXISTS successor text COLLATE "C";

CREATE INDEX IF NOT EXISTS xmachines_runs_machine ON xmachines_runs (machine_name, number);
CREATE INDEX IF NOT EXISTS xmachines_runs_unsettled ON xmachines_runs (number) WHERE unsettled;

-- The history: the genesis has sequence 0. `json` keeps the text as it is, which `jsonb` does not.
CREATE TABLE IF NOT EXISTS xmachines_records (
  run bigint NOT NULL,
  sequence bigint NOT NULL,
  record json NOT NULL,
  -- The token of the append that ended with this record. It has no index: who looks for it knows where to begin.
  writer text COLLATE "C",
  PRIMARY KEY (run, sequence)
);

-- The batches that came with an idempotency key. The key of an answer has the position of its output.
CREATE TABLE IF NOT EXISTS xmachines_keys (
  run bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  position bigint,
  PRIMARY KEY (run, key)
);

CREATE INDEX IF NOT EXISTS xmachines_keys_requests ON xmachines_keys (run, sequence) WHERE position IS NULL;
CREATE INDEX IF NOT EXISTS xmachines_keys_answers ON xmachines_keys (run, position) WHERE position IS NOT NULL;

-- Who handles the outputs of a run. Apart from the runs, so that a lease is renewed while an append waits to be committed.
CREATE TABLE IF NOT EXISTS xmachines_leases (
  run bigint PRIMARY KEY,
  owner text NOT NULL,
  token text NOT NULL,
  until timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS xmachines_names (
  name text COLLATE "C" PRIMARY KEY,
  id text COLLATE "C" NOT NULL
);

INSERT INTO xmachines_schema (version) VALUES (2) ON CONFLICT DO NOTHING;
