"""lint_times: whoever reads a time sees its unit. An int64_t that is called at, until, deadline and the like, or *_at,
carries _ms, _s or _us; so does a column of a table."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent

WORDS = "at|until|timeout|deadline|delay|age|interval|ttl|elapsed|wait|expires|expiry"
NAMES = re.compile(r"\b(?:u?int64_t|time_t)\s+(\*?\w+(?:\s*=[^,;(){}]*)?(?:,\s*\*?\w+(?:\s*=[^,;(){}]*)?)*)\s*[;,)]")
BARE = re.compile(rf"^(?:\w+_)?(?:{WORDS})$")
# Members that are called as the API calls them, whose fields are times by their kind (FIELD_TIME).
COLUMN = re.compile(rf"^\s+((?:\w+_)?(?:{WORDS})) \{{int\}}", re.M)


def rule_times(sources):
    for s in sources:
        told = set(re.findall(r"FIELD_TIME\(struct \w+, (\w+)", s.code))
        for m in NAMES.finditer(s.code):
            for name in re.findall(r"(?:^|,)\s*\*?(\w+)", m.group(1)):
                if BARE.match(name) and name not in told:
                    yield s.path, s.code.count("\n", 0, m.start()) + 1, f"{name} is a time: say its unit (_ms)"


def rule_time_columns(paths):
    for path in paths:
        if path.suffix == ".sql" and "schema" in path.parts:
            text = (ROOT / path).read_text(encoding="utf-8")
            for m in COLUMN.finditer(text):
                yield path, text.count("\n", 0, m.start()) + 1, f"{m.group(1)} is a time: say its unit (_ms)"
