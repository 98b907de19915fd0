"""SENAITE's folder import, re-stated in own words from its source (senaite.core, auto_import_results,
two_dimension, importer): a stranger that knows none of our code.

usage: senaite_folder.py FOLDER LIMS.json [--stop-before-log] [--python2]

One pass of the auto-import view over FOLDER. LIMS.json holds the samples:
{"ID": {"state": "sample_received", "analyses": {"KW": {"state": "unassigned", "result": "",
"calculation": false}}}}. It is rewritten with what was stored. Prints what was stored in this pass.
"""
import json
import os
import re
import sys
import time

SAMPLE_STATES = ("sample_received", "to_be_verified")
ANALYSIS_STATES = ("unassigned", "assigned", "to_be_verified")


def text_of(number, python2):
    if not python2:
        return str(number)
    text = "%.12g" % number
    return text if any(c in text for c in ".en") else text + ".0"


def floatable(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def parse(text, errors):
    """Sample id, keyword and parsed value of every cell, as the two-dimension parser hands them on."""
    keywords = None
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split(",")]
        if keywords is None:
            if cells[-1] == "end":
                keywords = cells[1:-1]
            continue
        if cells[0] == "end" or not any(cells):
            continue
        for index, cell in enumerate(cells[1:-1]):
            if index >= len(keywords):
                if cell:
                    errors.append("Orphan value in column %d (%s)" % (index + 1, cell))
                raise KeyError("DefaultResult")  # the parser looks up what it did not set
            if cell.startswith("--") or cell in ("", "ND"):
                value = 0.0
            elif floatable(cell):
                value = float(cell)
                value = value if value > 0.0 else 0.0
            else:
                errors.append("No valid number %s in column (resultValue)" % cell)
                value = None
            found.append((cells[0], re.sub(r"\W", "", keywords[index]), value))
    return found


def take(lims, found, logs, python2):
    stored = {}
    for sample_id, keyword, value in found:
        sample = lims.get(sample_id)
        if sample is None or sample["state"] not in SAMPLE_STATES:
            continue  # a warning, which reaches no log file
        analysis = sample["analyses"].get(keyword)
        if analysis is None or analysis["state"] not in ANALYSIS_STATES:
            continue
        if analysis.get("calculation"):
            logs.append("Skipping result for analysis '%s' of sample '%s' with calculation 'c'"
                        % (keyword, sample_id))
            continue
        if analysis["result"]:
            logs.append("Analysis '%s' of sample '%s' has the result '%s' set, which is kept due to "
                        "the selected override option" % (keyword, sample_id, analysis["result"]))
            continue
        result = value
        if value is not None:
            result = text_of(value, python2)
            if "." not in result:
                result += ".0"
        analysis["result"] = str(result)
        analysis["state"] = "to_be_verified"
        stored.setdefault(sample_id, {})[keyword] = str(result)
        logs.append("%s result for '%s': '%s'" % (sample_id, keyword, result))
    for sample_id, results in stored.items():
        logs.append("%s: Analysis %s imported sucessfully" % (sample_id, ", ".join(results)))
    logs.append("Import finished successfully: %d Samples and %d results updated"
                % (len(stored), sum(len(r) for r in stored.values())))
    return stored


def main():
    folder, lims_path = sys.argv[1:3]
    python2 = "--python2" in sys.argv
    with open(lims_path) as file:
        lims = json.load(file)
    index = os.path.join(folder, "imported.csv")
    if not os.path.exists(index):
        with open(index, "w") as file:
            file.write("logs.log\nimported.csv\n")
    with open(index) as file:
        imported = [line.strip() for line in file]
    everything = {}
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.startswith(".") or not os.path.isfile(path) or name in imported:
            continue
        if name in ("imported.csv", "logs.log"):
            continue
        logs, errors = [], []
        try:
            with open(path) as file:
                found = parse(file.read(), errors)
            everything.update(take(lims, found, logs, python2))
        except Exception as error:
            errors.append("Traceback: %r" % error)
        with open(index, "a") as file:
            file.write(name + "\n")
        if "--stop-before-log" in sys.argv:
            continue
        with open(os.path.join(folder, "logs.log"), "a") as file:
            for level, lines in (("INFO", logs), ("ERROR", errors)):
                for line in lines:
                    file.write("%s [%s] [Instrument:I] [Interface:generic.two_dimension] %s\n"
                               % (time.strftime("%Y-%m-%d %H:%M:%S"), level, line))
    with open(lims_path, "w") as file:
        json.dump(lims, file)
    print(json.dumps(everything, sort_keys=True))


main()
