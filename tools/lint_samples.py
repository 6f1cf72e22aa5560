"""lint_samples: what the rules over C must refuse, and what they must let through: a rule that says nothing about its
own bad sample is broken, and nobody would see it."""
import pathlib

from lint_calls import rule_calls
from lint_effects import rule_effects
from lint_names import rule_names
from lint_times import rule_times


class Sample:
    """A file as tools/lint has it, without comments and literals."""

    def __init__(self, name, text, suffix=".c", folder="sample"):
        self.path = pathlib.PurePosixPath("src") / folder / (name + suffix)
        self.inner, self.folder = f"{folder}/{name}{suffix}", folder
        self.text = self.code = text
        self.is_test = False


def files(**texts):
    return [Sample(name, text) for name, text in texts.items()]


def header(text):
    """A public header, of a folder that has the file people.c too; and another folder, with a header."""
    return [Sample("sample", text, ".h"), Sample("people", ""), Sample("crate", "", ".h", "boxes")]


PUT = "bool put(struct tx *tx)\n{\n    return query_put(tx);\n}\n"
SAMPLES = [
    # rule, its number of remarks, files
    (rule_calls, 2, files(a="void a_one(void)\n{\n    b_one();\n}\n", b="void b_one(void)\n{\n    a_one();\n}\n")),
    (rule_calls, 2, files(a="const struct row a_rows[] = { 0 };\nvoid a_one(void)\n{\n    b_one();\n}\n",
                          b="void b_one(void)\n{\n    look(a_rows);\n}\n")),
    (rule_calls, 0, files(a="void a_one(void)\n{\n    b_one();\n}\n", b="void b_one(void)\n{\n    x->a_one();\n}\n")),
    (rule_calls, 0, files(a="const struct job_kind a_job = { 0 };\nvoid a_one(void)\n{\n    b_one();\n}\n",
                          b="void b_one(void)\n{\n    jobs_put(a_job.name);\n}\n")),
    (rule_effects, 1, files(a=PUT + "bool f(struct tx *tx)\n{\n    return put(tx) && put(tx);\n}\n")),
    (rule_effects, 1, files(a=PUT + "int f(struct tx *tx)\n{\n    return put(tx) ? put(tx) : 0;\n}\n")),
    (rule_effects, 0, files(a=PUT + "bool f(struct tx *tx)\n{\n    return seen ? put(tx) : put(tx);\n}\n")),
    (rule_effects, 0, files(a=PUT + "bool f(struct tx *tx)\n{\n    return is_new(tx) && put(tx);\n}\n")),
    (rule_effects, 3, files(a="int f(void)\n{\n    return *out = 1;\n    return n++;\n    return g(), 1;\n}\n")),
    (rule_effects, 0, files(a="bool f(void)\n{\n    return a == 1 || b >= g(c, (struct d){ .e = 1 });\n}\n")),
    (rule_names, 0, header("struct sample_row {\n    int64_t id;\n};\nbool people_get(struct tx *tx);\n"
                           "extern const struct route sample_routes[], samples[];\ntypedef void sample_call(int a);\n"
                           "static inline int sample_of(int other)\n{\n    return other;\n}\n")),
    (rule_names, 5, header("struct row {\n    int64_t id;\n} last_row;\nMUST_USE bool get(struct tx *tx);\n"
                           "extern const struct route sample_routes[], routes[];\ntypedef void call(int sample_a);\n")),
    (rule_names, 2, header("void box_open(int a);\nvoid crate_open(int a);\nvoid sample_box(int a);\n")),
    (rule_times, 2, files(a="int64_t delay, sent_at = 0;\n")),
    (rule_times, 0, files(a="int64_t delay_ms, sent_at_ms = 0, format;\nsize_t at;\n")),
]


def rule_samples(_):
    for number, (rule, wanted, sample) in enumerate(SAMPLES, 1):
        found = list(rule(sample))
        if len(found) != wanted:
            yield "tools/lint_samples.py", 1, f"{rule.__name__}: {len(found)} remarks on sample {number}, not {wanted}"
