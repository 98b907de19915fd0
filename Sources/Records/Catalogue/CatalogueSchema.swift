/// The tables of the catalogue, as steps from one version to the next.
///
/// A step that was published is never changed again. One that adds what only the files can tell ends by
/// forgetting what was seen of them (`stamp`, `sha256`), so that all are read again; so does every
/// change of what is read of a file.
enum CatalogueSchema {
  /// `GAUG`: tells a catalogue from the databases of other programs.
  static let application = 0x4741_5547

  /// What makes version 1 of nothing, version 2 of 1, and so on.
  static let steps = [first, second, third]

  /// The version that this program writes.
  static var version: Int { steps.count }

  private static let first = """
    CREATE TABLE sources (
      path TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL, stamp TEXT NOT NULL,
      problem TEXT) WITHOUT ROWID;
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
    CREATE INDEX runs_source ON runs(source);
    CREATE INDEX runs_sample ON runs(sample);
    CREATE INDEX runs_serial_number ON runs(serial_number);
    CREATE INDEX runs_method ON runs(method_sha256);
    CREATE INDEX runs_imported ON runs(imported_sha256);
    CREATE TABLE results (
      run TEXT NOT NULL, origin TEXT NOT NULL, number INTEGER NOT NULL, keyword TEXT NOT NULL,
      value REAL, text TEXT, unit TEXT, uncertainty REAL, flags TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, run, number));
    CREATE INDEX results_run ON results(run);
    CREATE TABLE evaluations (
      subject TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, supersedes INTEGER,
      reason TEXT, person TEXT NOT NULL, made TEXT NOT NULL, method TEXT NOT NULL,
      method_version TEXT NOT NULL, method_sha256 TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (subject, name, version));
    CREATE INDEX evaluations_source ON evaluations(source);
    CREATE INDEX evaluations_method ON evaluations(method_sha256);
    CREATE TABLE deliveries (
      delivery TEXT NOT NULL, run TEXT NOT NULL, attempt INTEGER NOT NULL,
      destination TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
      changed TEXT NOT NULL, handed_over TEXT, reference TEXT, failure TEXT,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (delivery, destination));
    CREATE INDEX deliveries_source ON deliveries(source);
    CREATE INDEX deliveries_run ON deliveries(run);
    CREATE TABLE register (
      kind TEXT NOT NULL, object TEXT NOT NULL, version INTEGER NOT NULL, sha256 TEXT NOT NULL,
      json TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (kind, object, version));
    CREATE INDEX register_source ON register(source);
    """

  private static let second = """
    CREATE TABLE libraries_used (
      subject TEXT NOT NULL, name TEXT NOT NULL, library TEXT NOT NULL, version TEXT NOT NULL,
      sha256 TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, library, version, sha256));
    CREATE INDEX libraries_used_library ON libraries_used(library);
    CREATE INDEX libraries_used_sha256 ON libraries_used(sha256);
    CREATE TABLE sequence_runs (
      sequence TEXT NOT NULL, version INTEGER NOT NULL, number INTEGER NOT NULL,
      run TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, number));
    CREATE INDEX sequence_runs_run ON sequence_runs(run);
    CREATE TABLE steps (
      run TEXT NOT NULL, number INTEGER NOT NULL, step TEXT NOT NULL, state TEXT NOT NULL,
      detail TEXT NOT NULL, numbers TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, number));
    CREATE TABLE register_used (
      run TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, version INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source, kind, object, version));
    CREATE INDEX register_used_sha256 ON register_used(sha256);
    CREATE TABLE library_versions (
      library TEXT NOT NULL, number INTEGER NOT NULL, version TEXT NOT NULL,
      sha256 TEXT NOT NULL, kind TEXT NOT NULL, records INTEGER NOT NULL, person TEXT NOT NULL,
      imported TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (library, number));
    CREATE INDEX library_versions_source ON library_versions(source);
    CREATE TABLE method_files (
      method TEXT NOT NULL, version TEXT NOT NULL, sha256 TEXT NOT NULL, state TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source));
    CREATE TABLE audit_segments (
      segment INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, hash TEXT NOT NULL,
      time TEXT NOT NULL, source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE);
    CREATE INDEX audit_segments_source ON audit_segments(source);
    CREATE TABLE audit_heads_sent (
      delivery TEXT NOT NULL, sequence INTEGER NOT NULL, hash TEXT NOT NULL,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (source));
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
    UPDATE sources SET stamp = '', sha256 = '';
    """

  /// What it reads is of files that no earlier version has seen.
  private static let third = """
    CREATE TABLE worklists (
      list INTEGER PRIMARY KEY, place TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
      received TEXT NOT NULL, person TEXT NOT NULL, entries INTEGER NOT NULL,
      refused INTEGER NOT NULL, supersedes INTEGER,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE);
    CREATE INDEX worklists_source ON worklists(source);
    CREATE TABLE worklist_entries (
      list INTEGER NOT NULL, entry INTEGER NOT NULL, line INTEGER NOT NULL, sample TEXT NOT NULL,
      kind TEXT NOT NULL, method TEXT, instrument TEXT, priority INTEGER NOT NULL, due TEXT,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (list, entry));
    CREATE INDEX worklist_entries_source ON worklist_entries(source);
    CREATE INDEX worklist_entries_sample ON worklist_entries(sample);
    CREATE TABLE worklist_changes (
      list INTEGER NOT NULL, entry INTEGER NOT NULL, version INTEGER NOT NULL,
      state TEXT NOT NULL, person TEXT NOT NULL, time TEXT NOT NULL, reason TEXT, run TEXT,
      source TEXT NOT NULL REFERENCES sources(path) ON DELETE CASCADE,
      PRIMARY KEY (list, entry, version));
    CREATE INDEX worklist_changes_source ON worklist_changes(source);
    CREATE VIEW worklist_states AS
      SELECT entries.list, entries.entry, entries.sample, coalesce(newest.state, 'open') AS state,
        newest.run
      FROM worklist_entries AS entries
      LEFT JOIN worklist_changes AS newest
        ON newest.list = entries.list AND newest.entry = entries.entry
          AND newest.version = (
            SELECT max(version) FROM worklist_changes AS every
            WHERE every.list = entries.list AND every.entry = entries.entry);
    CREATE VIEW reviews AS
      SELECT object AS run, json ->> '$.body.state' AS state, version, sha256, source
      FROM register_latest WHERE kind = 'reviews';
    DROP VIEW samples;
    CREATE VIEW samples AS
      SELECT sample, sum(runs) AS runs, min(started) AS first_run, max(started) AS last_run
      FROM (
        SELECT sample, 1 AS runs, started FROM runs WHERE sample <> '' UNION ALL
        SELECT sample, 0, NULL FROM worklist_entries UNION ALL
        SELECT object, 0, NULL FROM register_latest WHERE kind = 'samples')
      GROUP BY sample;
    """
}
