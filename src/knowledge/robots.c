/* robots.c: robots.txt (RFC 9309) and sitemaps (sitemaps.org, and plain lists of addresses). */
#include "knowledge/robots.h"

#include "knowledge/readers.h"
#include <expat.h>
#include <stdlib.h>

enum { RULE_MAX = 500, LOC_MAX = 2000, DEPTH_MAX = 12, STEPS_MAX = 5000 };

/* ---- robots.txt ---- */

static bool next_line(struct str *text, struct str *line)
{
    if (text->n == 0) return false;
    const char *end = memchr(text->p, '\n', text->n);
    size_t n = end ? (size_t)(end - text->p) : text->n;
    *line = (struct str){ text->p, n };
    const char *hash = memchr(line->p, '#', n);
    if (hash) line->n = (size_t)(hash - line->p);
    if (line->n > 0 && line->p[line->n - 1] == '\r') line->n--;
    size_t skip = end ? n + 1 : n;
    text->p += skip, text->n -= skip;
    return true;
}

static bool field(struct str line, struct str *key, struct str *value)
{
    const char *colon = memchr(line.p, ':', line.n);
    if (!colon) return false;
    *key = str_trim((struct str){ line.p, (size_t)(colon - line.p) });
    *value = str_trim((struct str){ colon + 1, line.n - (size_t)(colon - line.p) - 1 });
    return true;
}

/* 2: the group names us; 1: it is for all; 0: for others. */
static int names_us(struct str agent)
{
    if (str_eq(agent, STR("*"))) return 1;
    return agent.n >= 7 && str_eq_nocase((struct str){ agent.p, 7 }, STR("chathub")) ? 2 : 0;
}

static int best_group(struct str text)
{
    struct str line, key, value;
    int best = 0;
    while (next_line(&text, &line))
        if (field(line, &key, &value) && str_eq_nocase(key, STR("user-agent")) && names_us(value) > best)
            best = names_us(value);
    return best;
}

void robots_read(struct arena *a, struct str text, struct robots *out)
{
    struct str line, key, value;
    int wanted = best_group(text), group = 0;
    bool in_agents = false;
    *out = (struct robots){ 0 };
    while (next_line(&text, &line)) {
        if (!field(line, &key, &value)) continue;
        if (str_eq_nocase(key, STR("user-agent"))) {
            if (!in_agents) group = 0;
            in_agents = true;
            if (wanted > 0 && names_us(value) == wanted) group = wanted;
            continue;
        }
        if (str_eq_nocase(key, STR("sitemap"))) {
            if (out->sitemaps < ROBOTS_SITEMAPS_MAX && value.n > 0 && value.n <= LOC_MAX)
                out->sitemap[out->sitemaps++] = arena_text_n(a, value.p, value.n);
            continue;
        }
        in_agents = false;
        bool allow = str_eq_nocase(key, STR("allow"));
        if (group == 0 || (!allow && !str_eq_nocase(key, STR("disallow")))) continue;
        if (value.n == 0 || value.n > RULE_MAX || out->rules == ROBOTS_RULES_MAX) continue;
        out->rule[out->rules++] = (struct robots_rule){ arena_text_n(a, value.p, value.n), allow };
    }
}

/* `*` is anything, `$` at the end of a rule is the end of the path. No recursion: the last star is where it goes back.
 * What costs too many steps is answered with `tired`: the rule is a stranger's, and so may the path be. */
static bool matches(const char *rule, const char *path, bool tired)
{
    const char *star = NULL, *back = NULL;
    for (size_t steps = 0; steps < STEPS_MAX; steps++) {
        if (*rule == '$' && rule[1] == '\0') {
            if (*path == '\0') return true;
        } else if (*rule == '\0') return true;
        else if (*rule == '*') {
            star = ++rule, back = path;
            continue;
        } else if (*path != '\0' && *rule == *path) {
            rule++, path++;
            continue;
        }
        if (!star || *back == '\0') return false;
        rule = star, path = ++back;
    }
    return tired;
}

/* The longest rule that matches counts, and a permission before a prohibition of the same length. */
bool robots_allow(const struct robots *r, const char *path)
{
    size_t best = 0;
    bool allowed = true;
    for (size_t i = 0; i < r->rules; i++) {
        size_t n = strlen(r->rule[i].path);
        if (n < best || !matches(r->rule[i].path, path, !r->rule[i].allow)) continue;
        allowed = n > best ? r->rule[i].allow : allowed || r->rule[i].allow;
        best = n;
    }
    return allowed;
}

/* ---- sitemaps ---- */

struct map {
    XML_Parser parser;
    struct arena *a;
    const char **url;
    size_t max, count, depth;
    bool in_loc, is_map, is_index, refused;
    struct buf text;
};

static const char *local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void XMLCALL on_start(void *arg, const char *name, const char **attribute)
{
    struct map *m = arg;
    name = local(name);
    if (++m->depth > DEPTH_MAX) (void)XML_StopParser(m->parser, XML_FALSE);
    if (m->depth == 1) m->is_index = strcmp(name, "sitemapindex") == 0;
    if (m->depth == 1) m->is_map = m->is_index || strcmp(name, "urlset") == 0;
    m->in_loc = m->depth == 3 && strcmp(name, "loc") == 0;
    buf_clear(&m->text);
}

static void XMLCALL on_text(void *arg, const char *p, int n)
{
    struct map *m = arg;
    if (m->in_loc) buf_add(&m->text, p, (size_t)n);
}

static struct str trimmed(struct str s)
{
    while (s.n > 0 && strchr(" \t\r\n", s.p[0])) s.p++, s.n--;
    while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1])) s.n--;
    return s;
}

static void XMLCALL on_end(void *arg, const char *name)
{
    struct map *m = arg;
    m->depth--;
    if (!m->in_loc) return;
    m->in_loc = false;
    struct str s = trimmed(buf_str(&m->text));
    if (m->text.overflow || s.n == 0) m->text.overflow = false;
    else m->url[m->count++] = arena_text_n(m->a, s.p, s.n);
    if (m->count == m->max) (void)XML_StopParser(m->parser, XML_FALSE);
}

static void XMLCALL on_doctype(void *arg, const char *name, const char *system, const char *public, int internal)
{
    struct map *m = arg;
    m->refused = true;
    (void)XML_StopParser(m->parser, XML_FALSE);
}

static bool read_lines(struct arena *a, struct str text, const char **url, size_t max, size_t *count)
{
    while (text.n > 0 && *count < max) {
        const char *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        struct str line = trimmed((struct str){ text.p, n });
        bool web = str_starts(line, STR("https://")) || str_starts(line, STR("http://"));
        if (line.n > 0 && !web) return false;
        if (web && line.n <= LOC_MAX) url[(*count)++] = arena_text_n(a, line.p, line.n);
        text.p += end ? n + 1 : n, text.n -= end ? n + 1 : n;
    }
    return *count > 0;
}

bool robots_sitemap_read(struct arena *a, struct str text, const char **url, size_t max, size_t *count, bool *index)
{
    *count = 0, *index = false;
    text = trimmed(text);
    if (str_starts(text, STR("\xef\xbb\xbf"))) text.p += 3, text.n -= 3;
    if (text.n == 0 || max == 0 || text.n > READ_FILE_MAX || !utf8_valid(text)) return false;
    if (text.p[0] != '<') return read_lines(a, text, url, max, count);
    struct map m = { .a = a, .url = url, .max = max, .parser = XML_ParserCreate("UTF-8") };
    if (!m.parser) abort();
    buf_init(&m.text, LOC_MAX);
    XML_SetUserData(m.parser, &m);
    XML_SetElementHandler(m.parser, on_start, on_end);
    XML_SetCharacterDataHandler(m.parser, on_text);
    XML_SetStartDoctypeDeclHandler(m.parser, on_doctype);
    bool good = XML_Parse(m.parser, text.p, (int)text.n, XML_TRUE) == XML_STATUS_OK;
    XML_ParserFree(m.parser);
    buf_free(&m.text);
    *count = m.count, *index = m.is_index;
    return m.is_map && !m.refused && (good || m.count == max);
}
