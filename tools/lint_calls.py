"""lint_calls: within a folder of src/ calls go one way, so its files can be read from the bottom to the top. A file
calls another when it names a function or a table of it, also to hand it over. Kinds of jobs do not count: a job that is
put is a message, and is how an earlier file reaches a later one."""
import re

# Circles that are there for good. A file that is not in one any more must leave the list.
CIRCLES = {
    "app": ({"system_routes.c", "wiring.c"}, "the API description is a route of the table that it describes"),
}
FUNCTION = re.compile(r"^(?!static\b|typedef\b|return\b|struct \w+\s*\{|enum \w+\s*\{)[A-Za-z_][\w \*\n,()]*?\b(\w+)"
                      r"\([^;{}]*\)\s*\n?\{", re.M)
HANDLER = re.compile(r"^HANDLER\((\w+)\)", re.M)
TABLE = re.compile(r"^(?!static\b|extern\b|typedef\b)(?:const )?(?:struct|enum|char)\b(?! job_kind\b)[^;{}()=]*?\b(\w+)"
                   r"(?:\[[^\]]*\])*\s*=\s*", re.M)


def edges(sources):
    """{file: {file that it calls: names}} of one folder."""
    owner = {}
    for s in sources:
        for pattern in (FUNCTION, HANDLER, TABLE):
            owner.update({name: s for name in pattern.findall(s.code)})
    graph = {s: {} for s in sources}
    for s in sources:
        for name in set(re.findall(r"(?<![.>\w])[a-z_]\w+\b", s.code)):
            if owner.get(name, s) is not s:
                graph[s].setdefault(owner[name], set()).add(name)
    return graph


def circles(graph):
    """Groups of files that call each other, by Tarjan."""
    found, index, low, stack = [], {}, {}, []

    def visit(v):
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in graph[v]:
            if w not in index:
                visit(w)
            if w in stack:
                low[v] = min(low[v], low[w])
        if low[v] == index[v]:
            group = stack[stack.index(v):]
            del stack[stack.index(v):]
            if len(group) > 1:
                found.append(group)

    for v in graph:
        if v not in index:
            visit(v)
    return found


def rule_calls(sources):
    for folder in sorted({s.folder for s in sources}):
        graph = edges([s for s in sources if s.folder == folder and s.path.suffix == ".c" and not s.is_test])
        allowed = CIRCLES.get(folder, (set(), ""))[0]
        still = set()
        for group in circles(graph):
            names = {s.path.name for s in group}
            still |= names
            if names <= allowed:
                continue
            for s in group:
                for other in group:
                    if other in graph[s]:
                        names = " ".join(sorted(graph[s][other]))
                        yield s.path, 1, f"in a circle of calls: {other.path.name} ({names})"
        for name in sorted(allowed - still):
            yield "tools/lint_calls.py", 1, f"{folder}/{name} is in no circle any more: take it from the list"
