-- The catalogue of version 2, as programs of that version made it. Never changed.
PRAGMA application_id = 1195464007;
PRAGMA user_version = 2;
CREATE TABLE audit_heads_sent (
      delivery TEXT NOT NULL, sequence INTEGER NOT NULL, hash TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source));
CREATE TABLE audit_segments (
      segment INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, hash TEXT NOT NULL,
      time TEXT NOT NULL, source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE);
CREATE TABLE deliveries (
      delivery TEXT NOT NULL, run TEXT NOT NULL, attempt INTEGER NOT NULL,
      destination TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
      changed TEXT NOT NULL, handed_over TEXT, reference TEXT, failure TEXT,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (delivery, destination));
INSERT INTO "deliveries" VALUES('20261120T101500Z-m1-aaaa-1','20261120T101500Z-m1-aaaa',1,'outbox','confirmed',1,'2026-11-20T10:16:00.000000Z',NULL,NULL,NULL,'spool/20261120T101500Z-m1-aaaa-1/to-outbox.json');
CREATE TABLE evaluations (
      subject TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, supersedes INTEGER,
      reason TEXT, person TEXT NOT NULL, made TEXT NOT NULL, method TEXT NOT NULL,
      method_version TEXT NOT NULL, method_sha256 TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (subject, name, version));
INSERT INTO "evaluations" VALUES('run','20261120T101500Z-m1-aaaa',1,NULL,NULL,'ada','2026-11-20T10:20:00.000000Z','etizolam-gcms','3','00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff','runs/20261120T101500Z-m1-aaaa/evaluations/0001/version.json');
CREATE TABLE libraries_used (
      subject TEXT NOT NULL, name TEXT NOT NULL, library TEXT NOT NULL, version TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, library, version, sha256));
CREATE TABLE library_versions (
      library TEXT NOT NULL, number INTEGER NOT NULL, version TEXT NOT NULL,
      sha256 TEXT NOT NULL, kind TEXT NOT NULL, records INTEGER NOT NULL, person TEXT NOT NULL,
      imported TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (library, number));
CREATE TABLE method_files (
      method TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL, state TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source));
CREATE TABLE register (
      kind TEXT NOT NULL, object TEXT NOT NULL, version INTEGER NOT NULL, sha256 TEXT NOT NULL,
      json TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (kind, object, version));
INSERT INTO "register" VALUES('people','ada',1,'e','{"body":{"active":"true","name":"Ada"}}','register/people/ada/000001.json');
CREATE TABLE register_used (
      run TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, version INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, kind, object, version));
CREATE TABLE results (
      run TEXT NOT NULL, origin TEXT NOT NULL, number INTEGER NOT NULL, keyword TEXT NOT NULL,
      value REAL, text TEXT, unit TEXT, uncertainty REAL, flags TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, run, number));
INSERT INTO "results" VALUES('20261120T101500Z-m1-aaaa','run',1,'etizolam',0.5,NULL,'mg/L',0.01,'','runs/20261120T101500Z-m1-aaaa/files/result.json');
CREATE TABLE runs (
      run TEXT PRIMARY KEY, kind TEXT NOT NULL, sample TEXT NOT NULL, position TEXT,
      level REAL, dilution REAL, mass_mg REAL, replicate INTEGER, person TEXT NOT NULL,
      address TEXT NOT NULL, model TEXT NOT NULL, instrument TEXT NOT NULL, maker TEXT NOT NULL,
      serial_number TEXT NOT NULL, firmware TEXT, driver TEXT NOT NULL, started TEXT NOT NULL,
      ended TEXT, ended_by TEXT NOT NULL, complete INTEGER NOT NULL, emulated INTEGER NOT NULL,
      safe TEXT NOT NULL, scans INTEGER NOT NULL, dark INTEGER NOT NULL, durable INTEGER NOT NULL,
      lost INTEGER NOT NULL, journal_sha256 TEXT, profile_sha256 TEXT NOT NULL,
      software TEXT NOT NULL, computed_by TEXT, method TEXT, method_version TEXT,
      method_sha256 TEXT, imported_sha256 TEXT, imported_format TEXT, imported_file TEXT,
      failure TEXT, deliveries TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE);
INSERT INTO "runs" VALUES('20261120T101500Z-m1-aaaa','sample','S-1',NULL,NULL,NULL,NULL,NULL,'ada','usb:1-1','m/1','M','Maker','A1','1.0','d','2026-11-20T10:15:00.000000Z',NULL,'done',1,0,'safe',3,0,3,0,NULL,'','Gauger 1.2.0',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'{"outbox":"confirmed"}','runs/20261120T101500Z-m1-aaaa/run.json');
CREATE TABLE sequence_runs (
      sequence TEXT NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL,
      run TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, number));
CREATE TABLE sources (
      path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, stamp TEXT NOT NULL,
      problem TEXT) WITHOUT ROWID;
INSERT INTO "sources" VALUES('register/people/ada/000001.json','a',10,'1.2.3',NULL);
INSERT INTO "sources" VALUES('runs/20261120T101500Z-m1-aaaa/evaluations/0001/version.json','a',10,'1.2.3',NULL);
INSERT INTO "sources" VALUES('runs/20261120T101500Z-m1-aaaa/files/result.json','a',10,'1.2.3',NULL);
INSERT INTO "sources" VALUES('runs/20261120T101500Z-m1-aaaa/run.json','a',10,'1.2.3',NULL);
INSERT INTO "sources" VALUES('runs/20261120T101600Z-m1-bbbb/run.json','a',10,'1.2.3','It is no JSON.');
INSERT INTO "sources" VALUES('spool/20261120T101500Z-m1-aaaa-1/to-outbox.json','a',10,'1.2.3',NULL);
CREATE TABLE steps (
      run TEXT NOT NULL, number INTEGER NOT NULL, step TEXT NOT NULL, state TEXT NOT NULL,
      detail TEXT NOT NULL, numbers TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, number));
CREATE INDEX runs_source ON runs(source);
CREATE INDEX runs_sample ON runs(sample);
CREATE INDEX runs_serial_number ON runs(serial_number);
CREATE INDEX runs_method ON runs(method_sha256);
CREATE INDEX runs_imported ON runs(imported_sha256);
CREATE INDEX results_run ON results(run);
CREATE INDEX evaluations_source ON evaluations(source);
CREATE INDEX evaluations_method ON evaluations(method_sha256);
CREATE INDEX deliveries_source ON deliveries(source);
CREATE INDEX deliveries_run ON deliveries(run);
CREATE INDEX register_source ON register(source);
CREATE INDEX libraries_used_library ON libraries_used(library);
CREATE INDEX libraries_used_sha256 ON libraries_used(sha256);
CREATE INDEX sequence_runs_run ON sequence_runs(run);
CREATE INDEX register_used_sha256 ON register_used(sha256);
CREATE INDEX library_versions_source ON library_versions(source);
CREATE INDEX audit_segments_source ON audit_segments(source);
CREATE INDEX runs_software ON runs(software);
CREATE VIEW instruments AS
      SELECT used.model, used.serial_number, name, maker, first_used, last_used, used.runs,
        emulated, states.state
      FROM (
        SELECT model, serial_number, max(instrument) AS name, max(maker) AS maker,
          min(started) AS first_used, max(started) AS last_used, count(*) AS runs, emulated
        FROM runs WHERE imported_sha256 IS NULL GROUP BY model, serial_number, emulated) AS used
      LEFT JOIN instrument_states AS states
        ON states.model = used.model AND states.serial_number = used.serial_number;
CREATE VIEW firmware_history AS
      SELECT model, serial_number, firmware, min(started) AS first_used,
        max(started) AS last_used, count(*) AS runs
      FROM runs WHERE imported_sha256 IS NULL GROUP BY model, serial_number, firmware;
CREATE VIEW register_latest AS
      SELECT kind, object, version, sha256, json, source FROM register AS newest
      WHERE version = (
        SELECT max(version) FROM register AS every
        WHERE every.kind = newest.kind AND every.object = newest.object);
CREATE VIEW people AS
      SELECT object AS person, json ->> '$.body.name' AS name, json ->> '$.body.badge' AS badge,
        json ->> '$.body.active' AS active, version, sha256, source
      FROM register_latest WHERE kind = 'people';
CREATE VIEW authorisations AS
      SELECT json ->> '$.body.person' AS person, json ->> '$.body.method' AS method,
        json ->> '$.body.activity' AS activity, json ->> '$.body.valid_from' AS valid_from,
        json ->> '$.body.valid_to' AS valid_to, json ->> '$.body.revoked' AS revoked, version,
        sha256, source
      FROM register_latest WHERE kind = 'authorisations';
CREATE VIEW instrument_states AS
      SELECT json ->> '$.body.model' AS model, json ->> '$.body.serial_number' AS serial_number,
        json ->> '$.body.state' AS state, json ->> '$.body.firmware' AS firmware,
        json ->> '$.body.place' AS place, version, sha256, source
      FROM register_latest WHERE kind = 'instruments';
CREATE VIEW calibrations AS
      SELECT json ->> '$.body.model' AS model, json ->> '$.body.serial_number' AS serial_number,
        json ->> '$.body.subject' AS subject, json -> '$.body.values' AS "values",
        json ->> '$.body.values_sha256' AS values_sha256,
        json ->> '$.body.certificate' AS certificate, json ->> '$.body.done' AS done,
        json ->> '$.body.due' AS due, version, sha256, source
      FROM register_latest WHERE kind = 'calibrations';
CREATE VIEW method_states AS
      SELECT object AS method, json ->> '$.body.method_version' AS method_version,
        json ->> '$.body.method_sha256' AS method_sha256, json ->> '$.body.state' AS state, version,
        sha256, source
      FROM register_latest WHERE kind = 'methods';
CREATE VIEW samples AS
      SELECT sample, sum(runs) AS runs, min(started) AS first_run, max(started) AS last_run
      FROM (
        SELECT sample, 1 AS runs, started FROM runs WHERE sample <> '' UNION ALL
        SELECT object, 0, NULL FROM register_latest WHERE kind = 'samples')
      GROUP BY sample;
