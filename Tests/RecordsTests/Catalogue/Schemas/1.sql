-- The catalogue of version 1, as programs of that version made it. Never changed.
PRAGMA application_id = 1195464007;
PRAGMA user_version = 1;
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
CREATE TABLE register (
      kind TEXT NOT NULL, object TEXT NOT NULL, version INTEGER NOT NULL, sha256 TEXT NOT NULL,
      json TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (kind, object, version));
INSERT INTO "register" VALUES('people','ada',1,'e','{"body":{"active":"true","name":"Ada"}}','register/people/ada/000001.json');
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
CREATE TABLE sources (
      path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, stamp TEXT NOT NULL,
      problem TEXT) WITHOUT ROWID;
INSERT INTO "sources" VALUES('register/people/ada/000001.json','e',10,'1.2.7',NULL);
INSERT INTO "sources" VALUES('runs/20261120T101500Z-m1-aaaa/evaluations/0001/version.json','d',10,'1.2.6',NULL);
INSERT INTO "sources" VALUES('runs/20261120T101500Z-m1-aaaa/files/result.json','c',10,'1.2.5',NULL);
INSERT INTO "sources" VALUES('runs/20261120T101500Z-m1-aaaa/run.json','a',10,'1.2.3',NULL);
INSERT INTO "sources" VALUES('runs/20261120T101600Z-m1-bbbb/run.json','f',10,'1.2.8','It is no JSON.');
INSERT INTO "sources" VALUES('spool/20261120T101500Z-m1-aaaa-1/to-outbox.json','b',10,'1.2.4',NULL);
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
