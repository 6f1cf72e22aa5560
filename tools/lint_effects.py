"""lint_effects: a return gives back what was found; it does not do two things at once. In a `return` stand no
assignment, no ++ or --, no comma, and at most one call that changes rows. Which functions change rows is found from
their bodies: those that run a statement with query_put or query_change, and those that call such a one."""
import re

WRITES = {"query_put", "query_change"}
BODY = re.compile(r"^(static )?(?!struct \w+ \{|enum \w* ?\{|typedef)(?=[A-Za-z_])[\w \*]*?\b(\w+)\([^;{}]*\)"
                  r"[ \n]\{(.*?)(?:^\}|\}$)", re.M | re.S)
CALL = re.compile(r"\b([a-z]\w*)\s*\(")


class Writers:
    """Knows whether a name, as a file means it, changes rows."""

    def __init__(self, sources):
        calls = {}
        for s in sources:
            for static, name, body in BODY.findall(s.code):
                calls[(s.inner if static else None, name)] = (s, set(CALL.findall(body)))
        self.known, self.writers, grown = calls, set(), True
        while grown:
            new = {k for k, (s, names) in calls.items() if k not in self.writers and any(self.has(s, n) for n in names)}
            self.writers |= new
            grown = bool(new)

    def has(self, source, name):
        own = (source.inner, name)
        return name in WRITES or (own if own in self.known else (None, name)) in self.writers


def without_braces(text):
    """Compound literals are values, whatever stands in them; as long as before, for the line numbers."""
    inner = re.compile(r"\{[^{}]*\}")
    while inner.search(text):
        text = inner.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)
    return text


def branches(text):
    """What a return does in one go: its condition with each of its alternatives, by the outermost ? and :."""
    depth, cuts = 0, []
    for i, ch in enumerate(text):
        depth += (ch in "([") - (ch in ")]")
        if depth == 0 and ch in "?:":
            cuts.append((i, ch))
    if not cuts or cuts[0][1] != "?":
        return [text]
    parts = [text[a:b] for a, b in zip([0] + [i + 1 for i, _ in cuts], [i for i, _ in cuts] + [len(text)])]
    return [parts[0] + " ? " + p for p in parts[1:]]


def in_turn(text):
    """Whether something at the outermost level runs one call after the other."""
    depth = 0
    for i, ch in enumerate(text):
        depth += (ch in "([") - (ch in ")]")
        if depth == 0 and (text.startswith(("&&", "||"), i) or ch == "?"):
            return True
    return False


def has_comma(text):
    depth = 0
    for ch in text:
        depth += (ch in "([") - (ch in ")]")
        if depth == 0 and ch == ",":
            return True
    return False


def rule_effects(sources):
    product = [s for s in sources if not s.is_test]
    writers = Writers(product)
    for s in product:
        for m in re.finditer(r"\breturn\b([^;]*);", s.code):
            text = without_braces(m.group(1))
            line = s.code.count("\n", 0, m.start()) + 1
            if re.search(r"(?<![=!<>])=(?!=)|\+\+|--", text) or has_comma(text):
                yield s.path, line, "a return changes nothing: do it in a line before"
                continue
            for part in branches(text):
                found = [name for name in CALL.findall(part) if writers.has(s, name)]
                if len(found) > 1 and in_turn(part):
                    yield s.path, line, f"two effects in one return: {' and '.join(found)}"
                    break
