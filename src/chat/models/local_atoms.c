/* local_atoms.c: text as atoms: runs of letters, numbers, and Han characters one by one. "M9 Pro", "M9Pro" and "m9-pro"
 * are the same atoms, so a model number is found in any spelling, and Chinese needs no dictionary. Traditional
 * characters are the simplified ones (local_han.c). */
#include "chat/models/local.h"

static const char *folded(uint32_t c) /* what is written in another form: wide letters, typographic marks */
{
    switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x2032: return "'";
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212: return "-";
    case 0x00a0:
    case 0x3000:
    case 0x202f: return " ";
    default: return NULL;
    }
}

static uint32_t decode(const char *p, size_t n)
{
    const unsigned char *s = (const unsigned char *)p;
    if (n == 1) return s[0];
    if (n == 2) return (s[0] & 0x1fU) << 6 | (s[1] & 0x3fU);
    if (n == 3) return (s[0] & 0x0fU) << 12 | (s[1] & 0x3fU) << 6 | (s[2] & 0x3fU);
    return (s[0] & 0x07U) << 18 | (s[1] & 0x3fU) << 12 | (s[2] & 0x3fU) << 6 | (s[3] & 0x3fU);
}

static bool is_han(uint32_t c)
{
    return (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x323af) ||
           (c >= 0x3040 && c <= 0x30ff) || (c >= 0xac00 && c <= 0xd7a3);
}

/* One character in lower case; Latin letters with marks stay two bytes (À..Ö and Ø..Þ stand 32 before à..þ). */
struct mark {
    char text[5];
    uint8_t n;
    char what; /* 'a' letter, '0' digit, 'h' Han, '\'' apostrophe, ' ' gap, '.' punctuation */
};

static struct mark mark_at(const char *p, size_t left, size_t *bytes)
{
    struct mark m = { .n = 0, .what = '.' };
    size_t n = utf8_sequence(p, left);
    *bytes = n == 0 ? 1 : n;
    if (n == 0) return m;
    uint32_t c = decode(p, n);
    const char *other = folded(c);
    if (c >= 0xff01 && c <= 0xff5e) c -= 0xfee0;
    if (other) c = (unsigned char)other[0];
    if (c < 0x80) {
        char b = (char)c;
        if (b >= 'A' && b <= 'Z') b = (char)(b + 32);
        m.text[0] = b, m.n = 1;
        m.what = b >= 'a' && b <= 'z'   ? 'a'
                 : b >= '0' && b <= '9' ? '0'
                 : b == '\''            ? '\''
                 : b == ' ' || b == '-' ? ' '
                                        : '.';
        return m;
    }
    if (is_han(c)) m.what = 'h';
    else if (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7) m.what = 'a';
    else if (c >= 0x370 && c <= 0x52f) m.what = 'a';
    memcpy(m.text, n == 3 && m.what == 'h' ? local_han_plain(p) : p, n), m.n = (uint8_t)n;
    if (c >= 0xc0 && c <= 0xde && c != 0xd7) m.text[1] = (char)(m.text[1] + 32);
    return m;
}

struct cutter {
    struct arena *arena;
    struct atoms *out;
    size_t most;
    char word[LOCAL_JOINED];
    size_t n, from, to;
    int kind; /* -1: none under way */
    bool glued, broken;
};

static void cut_end(struct cutter *c)
{
    if (c->kind < 0) return;
    if (c->out->n < c->most && c->n > 0) {
        c->out->atom[c->out->n++] = (struct atom){ .text = arena_text_n(c->arena, c->word, c->n),
                                                   .n = (uint8_t)c->n,
                                                   .kind = (uint8_t)c->kind,
                                                   .glued = c->glued && c->out->n > 0,
                                                   .broken = c->broken,
                                                   .from = (uint32_t)c->from,
                                                   .to = (uint32_t)c->to };
        c->broken = false;
    }
    c->kind = -1, c->n = 0, c->glued = true;
}

static void cut_add(struct cutter *c, int kind, const struct mark *m, size_t from, size_t to)
{
    if (c->kind >= 0 && (c->kind != kind || kind == ATOM_HAN || c->n + m->n >= sizeof c->word)) cut_end(c);
    if (c->kind < 0) c->kind = kind, c->from = from;
    memcpy(c->word + c->n, m->text, m->n), c->n += m->n, c->to = to;
}

static bool digit_at(struct str s, size_t i) { return i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; }

/* "1/2", "3/16": the stroke of a fraction of inches, or of a size ("4/4"). A date has two. */
static bool is_stroke(struct str s, size_t i)
{
    if (s.p[i] != '/' || i == 0 || !digit_at(s, i - 1) || !digit_at(s, i + 1)) return false;
    size_t end = digit_at(s, i + 2) ? i + 3 : i + 2;
    if (digit_at(s, end) || (end < s.n && s.p[end] == '/')) return false;
    return i == 1 || (!digit_at(s, i - 2) && !strchr(".,/", s.p[i - 2]));
}

/* What a mark behind a number stands for: 7" and 50'. Not where it closes a quotation. */
static const char *unit_of_mark(struct str s, size_t i, const struct cutter *c)
{
    static const struct {
        const char *mark, *opening, *unit;
    } marks[] = { { "\"", "\"", "in" }, { "\xe2\x80\x9d", "\xe2\x80\x9c", "in" }, { "\xe2\x80\xb3", NULL, "in" },
                  { "'", "'", "ft" },   { "\xe2\x80\x99", "\xe2\x80\x98", "ft" }, { "\xe2\x80\xb2", NULL, "ft" } };
    for (size_t k = 0; c->kind == ATOM_NUMBER && k < ARRAY_LEN(marks); k++) {
        struct str mark = str_of(marks[k].mark);
        if (!str_starts((struct str){ s.p + i, s.n - i }, mark)) continue;
        size_t after = i + mark.n;
        if (after < s.n && (s.p[after] | 32) >= 'a' && (s.p[after] | 32) <= 'z' && s.p[after] != 'x') return NULL;
        for (size_t j = 0; marks[k].opening && j < i; j++) {
            bool begins = j == 0 || s.p[j - 1] == ' ' || s.p[j - 1] == '(';
            if (begins && str_starts((struct str){ s.p + j, i - j }, str_of(marks[k].opening))) return NULL;
        }
        return marks[k].unit;
    }
    return NULL;
}

/* "1,000" is 1000 and "1.5" one number; any other mark between digits ends it. */
static bool within_number(struct str s, size_t i, const struct cutter *c)
{
    if (c->kind != ATOM_NUMBER || !digit_at(s, i + 1)) return false;
    if (is_stroke(s, i)) return c->n == 1;
    if (s.p[i] == '.') return memchr(c->word, '.', c->n) == NULL;
    if (s.p[i] != ',' || i + 3 >= s.n) return false;
    for (size_t k = 1; k <= 3; k++)
        if (s.p[i + k] < '0' || s.p[i + k] > '9') return false;
    return i + 4 >= s.n || s.p[i + 4] < '0' || s.p[i + 4] > '9';
}

struct atoms atoms_of(struct arena *a, struct str s, size_t most)
{
    if (most > s.n) most = s.n; /* each has a byte at least */
    struct atoms out = { .atom = ARENA_ARRAY(a, struct atom, most) };
    struct cutter c = { .arena = a, .out = &out, .most = most, .kind = -1 };
    size_t bytes = 1;
    for (size_t i = 0; i < s.n && out.n < most; i += bytes) {
        struct mark m = mark_at(s.p + i, s.n - i, &bytes);
        const char *unit = unit_of_mark(s, i, &c);
        bool point = s.p[i] == '.' && digit_at(s, i + 1) && (i == 0 || s.p[i - 1] == ' ' || s.p[i - 1] == '(');
        if (point) { /* ".7 mm" is 0.7 mm */
            cut_end(&c);
            c.glued = false;
            const struct mark zero = { .n = 2, .text = "0." };
            cut_add(&c, ATOM_NUMBER, &zero, i, i + bytes);
        } else if (unit) {
            struct mark two = { .n = 2, .text = { unit[0], unit[1] } };
            cut_add(&c, ATOM_LETTERS, &two, i, i + bytes);
            cut_end(&c);
            c.glued = false;
        } else if (m.what == 'a') cut_add(&c, ATOM_LETTERS, &m, i, i + bytes);
        else if (m.what == '0') cut_add(&c, ATOM_NUMBER, &m, i, i + bytes);
        else if (m.what == 'h') cut_add(&c, ATOM_HAN, &m, i, i + bytes);
        else if (m.what == '\'' && c.kind == ATOM_LETTERS) continue;
        else if (within_number(s, i, &c)) {
            if (s.p[i] != ',') cut_add(&c, ATOM_NUMBER, &m, i, i + bytes);
        } else {
            cut_end(&c);
            c.glued = false;
            if (m.what != ' ') c.broken = true;
        }
    }
    cut_end(&c);
    return out;
}

/* Room for "es" is made, not for grammar: a shop's words are nouns. */
static size_t singular(const char *p, size_t n)
{
    if (n >= 5 && memcmp(p + n - 3, "ies", 3) == 0) return n - 3; /* batteries, battery: the stem before i and y */
    if (n >= 5 && (memcmp(p + n - 4, "ches", 4) == 0 || memcmp(p + n - 4, "shes", 4) == 0 ||
                   memcmp(p + n - 4, "sses", 4) == 0 || memcmp(p + n - 3, "xes", 3) == 0))
        return n - 2;
    if (n >= 4 && p[n - 1] == 's' && p[n - 2] != 's' && p[n - 2] != 'u') return n - 1;
    if (n >= 4 && p[n - 1] == 'y') return n - 1;
    return n;
}

/* "lenses" of lens, "tomatoes" of tomato, "knives" of knife, "shelves" of shelf. */
static bool is_plural(const char *p, size_t n, const char *one, size_t m)
{
    if (m >= 4 && m + 1 == n && p[m] == 's' && memcmp(p, one, m) == 0) return true; /* cookies, too */
    if (n < 6 || m < 4 || memcmp(p + n - 2, "es", 2) != 0) return false;
    if (m + 2 == n && strchr("szxho", one[m - 1])) return memcmp(p, one, m) == 0;
    bool of_f = m + 2 == n && one[m - 1] == 'f', of_fe = m + 1 == n && memcmp(one + m - 2, "fe", 2) == 0;
    return p[n - 3] == 'v' && (of_f || of_fe) && memcmp(p, one, n - 3) == 0;
}

static bool is_irregular(const char *p, size_t n, const char *q, size_t m)
{
    static const char *const pairs[][2] = { { "child", "children" }, { "woman", "women" }, { "man", "men" },
                                            { "tooth", "teeth" },    { "foot", "feet" },   { "mouse", "mice" } };
    for (size_t k = 0; k < ARRAY_LEN(pairs); k++) {
        struct str one = str_of(pairs[k][0]), many = str_of(pairs[k][1]), a = { p, n }, b = { q, m };
        if ((str_eq(a, one) && str_eq(b, many)) || (str_eq(a, many) && str_eq(b, one))) return true;
    }
    return false;
}

bool atom_same(const struct atom *a, const char *text, size_t n)
{
    if (a->n == n && memcmp(a->text, text, n) == 0) return true;
    if (a->kind != ATOM_LETTERS || n < 3 || a->n < 3 || a->text[0] != text[0]) return false;
    if (is_irregular(a->text, a->n, text, n)) return true;
    if (is_plural(a->text, a->n, text, n) || is_plural(text, n, a->text, a->n)) return true;
    size_t x = singular(a->text, a->n), y = singular(text, n);
    /* "batteries" and "battery" have only this in common; "bulky" is no bulk, and "cookies" no cook */
    bool loses = x + 3 == a->n || y + 3 == n || (x + 1 == a->n && a->text[x] == 'y') || (y + 1 == n && text[y] == 'y');
    bool one = x + 1 == a->n && a->text[x] == 'y', other = y + 1 == n && text[y] == 'y';
    if (loses && !(x + 3 == a->n && other) && !(y + 3 == n && one)) return false; /* and "goodies" are no goods */
    return x == y && (x != a->n || y != n) && memcmp(a->text, text, x) == 0;
}

/* Without the ending of a verb's form: lease, leasing, leased; wrap, wrapping, wrapped. */
static size_t stem(const char *p, size_t n)
{
    static const char *const endings[] = {
        "ness", "able", "ings", "ing", "ers", "ed", "er", "es", "e", "s", "y", NULL
    };
    for (size_t i = 0; endings[i]; i++) {
        size_t k = strlen(endings[i]);
        if (n < k + 4 || memcmp(p + n - k, endings[i], k) != 0) continue;
        if (n == k + 4 && memcmp(p, "port", 4) == 0) continue; /* what is portable has no port */
        n -= k;
        break;
    }
    return n > 4 && p[n - 1] == p[n - 2] ? n - 1 : n;
}

bool atom_akin(const struct atom *a, const struct atom *b)
{
    if (atom_same(a, b->text, b->n)) return true;
    if (a->kind != ATOM_LETTERS || b->kind != ATOM_LETTERS || a->n < 4 || b->n < 4) return false;
    size_t n = stem(a->text, a->n), m = stem(b->text, b->n);
    return n == m && n >= 4 && memcmp(a->text, b->text, n) == 0;
}

/* Letters changed, lost, doubled or swapped (Damerau): at most `most`. */
static bool within_slips(const char *a, size_t n, const char *b, size_t m, int most)
{
    int row[3][LOCAL_JOINED + 1];
    for (size_t j = 0; j <= m; j++) row[0][j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *now = row[i % 3], *before = row[(i + 2) % 3], *earlier = row[(i + 1) % 3], least = (int)i;
        now[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int v = before[j - 1] + (a[i - 1] != b[j - 1]);
            if (before[j] + 1 < v) v = before[j] + 1;
            if (now[j - 1] + 1 < v) v = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && earlier[j - 2] + 1 < v)
                v = earlier[j - 2] + 1;
            now[j] = v;
            if (v < least) least = v;
        }
        if (least > most) return false;
    }
    return row[n % 3][m] <= most;
}

/* "Creem" is cream: of two vowels beside each other one is another, and all else is the same. */
static bool is_vowel_slip(const char *a, const char *b, size_t i)
{
    static const char vowels[] = "aeiou";
    if (i == 0 || !a[i] || !a[i + 1] || !strchr(vowels, a[i]) || !strchr(vowels, b[i])) return false;
    return strcmp(a + i + 1, b + i + 1) == 0 && (strchr(vowels, a[i - 1]) || strchr(vowels, a[i + 1]));
}

/* "Tourqe" is torque, "gaurentee" is none: one letter stands up to two places from where it belongs, and neither the
 * first nor the last. */
static bool is_moved(const char *a, const char *b, size_t n)
{
    enum { FAR = 2, LEAST = 6 };
    size_t first = 0, last = n;
    if (n < LEAST) return false;
    while (first < n && a[first] == b[first]) first++;
    while (last > first && a[last - 1] == b[last - 1]) last--;
    if (first == 0 || last == n || last - first < 2 || last - first > FAR + 1) return false;
    size_t between = last - first - 1; /* the letters that the one was moved over */
    bool back = a[first] == b[last - 1] && memcmp(a + first + 1, b + first, between) == 0;
    bool ahead = b[first] == a[last - 1] && memcmp(b + first + 1, a + first, between) == 0;
    return back || ahead;
}

/* "Poterry" is pottery: the same letters, another one doubled. */
static bool is_doubled(const struct atom *a, const struct atom *b)
{
    enum { LEAST = 6 };
    size_t i = 0, k = 0;
    if (a->n < LEAST || b->n < LEAST || a->text[1] != b->text[1]) return false;
    while (i < a->n && k < b->n && a->text[i] == b->text[k]) {
        char c = a->text[i];
        while (i < a->n && a->text[i] == c) i++;
        while (k < b->n && b->text[k] == c) k++;
    }
    return i == a->n && k == b->n;
}

/* "Nife", "rench": the first letter is not heard. "Tre": the last one is there twice. */
static bool is_unheard(const struct atom *shorter, const struct atom *longer)
{
    enum { LEAST = 3 };
    if (shorter->n < LEAST || longer->n != shorter->n + 1) return false;
    bool silent = memchr("kgwp", longer->text[0], 4) && memchr("nrs", shorter->text[0], 3) && shorter->n > LEAST;
    if (silent && memcmp(longer->text + 1, shorter->text, shorter->n) == 0) return true;
    return longer->text[shorter->n] == shorter->text[shorter->n - 1] &&
           memcmp(longer->text, shorter->text, shorter->n) == 0;
}

static bool is_like(const struct atom *a, const struct atom *b)
{
    if (a->kind != ATOM_LETTERS || b->kind != ATOM_LETTERS) return false;
    if (a->n < b->n ? is_unheard(a, b) : is_unheard(b, a)) return true;
    if (a->n < 4 || b->n < 4) return false;
    size_t gap = a->n > b->n ? a->n - b->n : b->n - a->n;
    int most = a->n >= 8 && b->n >= 8 ? 2 : 1;
    if (gap > (size_t)most) return false;
    /* A short word differs from many others by one letter (boot, book): there only what was lost, doubled or swapped.
     */
    if (a->n <= 5 && gap == 0) {
        size_t i = 0;
        while (i < a->n && a->text[i] == b->text[i]) i++;
        if (a->n == 5 && is_vowel_slip(a->text, b->text, i)) return true;
        return i + 1 < a->n && a->text[i] == b->text[i + 1] && a->text[i + 1] == b->text[i] &&
               memcmp(a->text + i + 2, b->text + i + 2, a->n - i - 2) == 0;
    }
    if ((a->n <= 4 || b->n <= 4) && a->text[0] != b->text[0]) return false;
    if (within_slips(a->text, a->n, b->text, b->n, most)) return true;
    return a->text[0] == b->text[0] && (is_doubled(a, b) || (gap == 0 && is_moved(a->text, b->text, a->n)));
}

/* One of what a plural says, as far as a slip goes: "baterys", batteries; "shelfs", shelves. */
static struct atom one_of(const struct atom *x, char *out)
{
    size_t n = x->n;
    memcpy(out, x->text, n);
    if (n > 4 && memcmp(out + n - 3, "ies", 3) == 0) out[n - 3] = 'y', n -= 2;
    else if (n > 4 && memcmp(out + n - 3, "ves", 3) == 0) out[n - 3] = 'f', n -= 2;
    else if (n > 4 && out[n - 1] == 's' && out[n - 2] != 's') n--;
    out[n] = 0;
    return (struct atom){ .text = out, .n = (uint8_t)n, .kind = x->kind };
}

bool atom_like(const struct atom *a, const struct atom *b)
{
    enum { LEAST = 6 };
    char x[LOCAL_JOINED + 1], y[LOCAL_JOINED + 1];
    if (is_like(a, b)) return true;
    if (a->kind != ATOM_LETTERS || b->kind != ATOM_LETTERS || a->n < LEAST || b->n < LEAST) return false;
    if (a->text[a->n - 1] != 's' || b->text[b->n - 1] != 's' || a->n > LOCAL_JOINED || b->n > LOCAL_JOINED)
        return false;
    struct atom one = one_of(a, x), other = one_of(b, y);
    return is_like(&one, &other);
}

size_t atoms_joined(const struct atoms *a, size_t i, const char *joined, size_t n)
{
    size_t done = 0, count = 0;
    while (n > 0 && i + count < a->n && done < n) {
        const struct atom *x = &a->atom[i + count];
        if (atom_same(x, joined + done, n - done)) return count + 1; /* the last word may be a plural of the other */
        if (x->n > n - done || memcmp(x->text, joined + done, x->n) != 0) return 0;
        done += x->n, count++;
    }
    return done == n ? count : 0;
}

size_t joined_of(struct str s, char *out, size_t size)
{
    size_t n = 0, bytes = 1;
    for (size_t i = 0; i < s.n; i += bytes) {
        struct mark m = mark_at(s.p + i, s.n - i, &bytes);
        bool point = m.n == 1 && m.text[0] == '.' && n > 0 && out[n - 1] >= '0' && out[n - 1] <= '9' && i + 1 < s.n &&
                     s.p[i + 1] >= '0' && s.p[i + 1] <= '9';
        point |= is_stroke(s, i);
        if (m.what != 'a' && m.what != '0' && m.what != 'h' && !point) continue;
        if (n + m.n >= size) break;
        memcpy(out + n, m.text, m.n), n += m.n;
    }
    out[n] = 0;
    return n;
}

size_t atoms_where(const struct atoms *t, size_t from, const struct atoms *a, size_t at, size_t n)
{
    for (size_t k = from; k + n <= t->n && at + n <= a->n; k++) {
        size_t same = 0;
        while (same < n && strcmp(t->atom[k + same].text, a->atom[at + same].text) == 0) same++;
        if (same == n) return k;
    }
    return t->n;
}
